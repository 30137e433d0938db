import { readSqlFile, TABLE_FILES } from '#migrations';

/** Every table of ours: what the sync's role must be able to change, and what tells two databases apart. */
export const WRITTEN_TABLES: readonly string[] = TABLE_FILES.flatMap((file) =>
  [...readSqlFile(file).matchAll(/^CREATE TABLE (\w+)/gm)].map(([, name]) => name!),
);
