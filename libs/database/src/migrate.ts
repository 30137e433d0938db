import { MIGRATIONS } from '#migrations';
import type { DataSource } from 'typeorm';

/** Names, in order, of the migrations that this code is written for; compare with reporting.applied_migrations. */
export const EXPECTED_MIGRATIONS: readonly string[] = MIGRATIONS.map((migration) => new migration().name);

/** The database was migrated by a newer version of this code: its tables may mean something else. */
export class NewerSchemaError extends Error {
  constructor(readonly unknownMigrations: readonly string[]) {
    super(
      `the database has migrations that this version does not know (${unknownMigrations.join(', ')}): ` +
        `it was migrated by a newer version; run that version, or restore a backup from before`,
    );
    this.name = 'NewerSchemaError';
  }
}

/** Runs the pending migrations and returns their names. @throws NewerSchemaError */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  throw new Error(`not yet: ${String(dataSource.isInitialized)}`);
}
