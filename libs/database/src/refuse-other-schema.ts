import { OperatorError } from '#libs/domain';
import type { QueryRunner } from 'typeorm';

/** The views read tables of another schema than this connection would make them in. */
export class OtherSchemaError extends OperatorError {
  constructor(schemas: string, searchPath: string) {
    super(
      `the tables are in schema ${schemas}, where the search_path of this connection (${searchPath}) does not lead: ` +
        `set search_path for the role or in DATABASE_URL, and see that the role has USAGE on that schema`,
    );
  }
}

/** Migrating would make the tables a second time, empty, and the views read those. @throws OtherSchemaError */
export async function refuseOtherSchema(queryRunner: QueryRunner): Promise<void> {
  const [found]: { schemas: string | null; path: string }[] = await queryRunner.query(
    `SELECT string_agg(relnamespace::regnamespace::text, ', ') AS schemas, current_setting('search_path') AS path
     FROM pg_class
     WHERE relname = 'migrations' AND relkind = 'r' AND to_regclass('reporting.applied_migrations') IS NOT NULL
     HAVING NOT coalesce(bool_or(relnamespace::regnamespace = to_regnamespace(quote_ident(current_schema()))), false)`,
  );
  if (found?.schemas) throw new OtherSchemaError(found.schemas, found.path);
}
