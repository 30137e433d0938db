import { readSqlFile } from '#migrations';

/** Every table of ours: what the sync's role must be able to change, and what tells two databases apart. */
export const WRITTEN_TABLES: readonly string[] = [...readSqlFile('tables.sql').matchAll(/^CREATE TABLE (\w+)/gm)].map(
  ([, name]) => name!,
);
