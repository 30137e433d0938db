import type { QueryRunner } from 'typeorm';

/** Runs a statement and returns the number of rows that it inserted, updated or deleted. */
export async function affectedRows(
  queryRunner: QueryRunner,
  sql: string,
  parameters: readonly unknown[],
): Promise<number> {
  const result = await queryRunner.query(sql, [...parameters], true);
  return result.affected ?? 0;
}
