import type { QueryRunner } from 'typeorm';

/** What a view holds, and each of its columns, in the database's own words: Grafana's query editor and psql show them. */
export interface ViewComment {
  readonly view: string;
  readonly columns: Readonly<Record<string, string>>;
}

/** Comments the views of `reporting` that are named, and their columns. */
export async function describeViews(
  queryRunner: QueryRunner,
  comments: Readonly<Record<string, ViewComment>>,
): Promise<void> {
  for (const [view, comment] of Object.entries(comments)) {
    await queryRunner.query(`COMMENT ON VIEW reporting.${view} IS ${quote(comment.view)}`);
    for (const [column, meaning] of Object.entries(comment.columns)) {
      await queryRunner.query(`COMMENT ON COLUMN reporting.${view}.${column} IS ${quote(meaning)}`);
    }
  }
}

/** A text as an SQL literal: COMMENT takes no parameters. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
