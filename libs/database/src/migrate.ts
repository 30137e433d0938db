import { MIGRATIONS } from '#migrations';
import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';
import { advisoryLockKey } from './advisory-lock.js';

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

/**
 * Runs the pending migrations, all in one transaction, and returns their names. A second process that migrates at the
 * same time waits for the first and then finds nothing to do.
 *
 * @throws NewerSchemaError before anything is written.
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const queryRunner = dataSource.createQueryRunner();
  const lock = advisoryLockKey('migrate', '');
  try {
    await queryRunner.query(`SELECT pg_advisory_lock($1)`, [lock]);
    try {
      await refuseNewerSchema(queryRunner);
      const applied = await new MigrationExecutor(dataSource, queryRunner).executePendingMigrations();
      return applied.map((migration) => migration.name);
    } finally {
      if (!queryRunner.isReleased) await queryRunner.query(`SELECT pg_advisory_unlock($1)`, [lock]);
    }
  } finally {
    await queryRunner.release();
  }
}

async function refuseNewerSchema(queryRunner: QueryRunner): Promise<void> {
  if (!(await queryRunner.hasTable('migrations'))) return;
  const applied: { name: string }[] = await queryRunner.query(`SELECT name FROM migrations ORDER BY id`);
  const unknown = applied.map((row) => row.name).filter((name) => !EXPECTED_MIGRATIONS.includes(name));
  if (unknown.length > 0) throw new NewerSchemaError(unknown);
}
