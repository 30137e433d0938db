import { OperatorError } from '#libs/domain';
import { MIGRATIONS } from '#migrations';
import { MigrationExecutor, QueryFailedError, type DataSource, type QueryRunner } from 'typeorm';
import { advisoryLockKey } from './advisory-lock.js';

/** Names, in order, of the migrations that this code is written for; compare with reporting.applied_migrations. */
export const EXPECTED_MIGRATIONS: readonly string[] = MIGRATIONS.map((migration) => new migration().name);

/** The database was migrated by a newer version of this code: its tables may mean something else. */
export class NewerSchemaError extends OperatorError {
  constructor(readonly unknownMigrations: readonly string[]) {
    super(
      `the database has migrations that this version does not know (${unknownMigrations.join(', ')}): ` +
        `it was migrated by a newer version; run that version, or restore a backup from before`,
    );
  }
}

/** The database has to be migrated, and whoever is connected may not: a role that only writes rows. */
export class MigrationNotAllowedError extends OperatorError {
  constructor(reason: string) {
    super(
      `the database has to be migrated, which this role may not do (${reason}): run \`npm run migrate\` as its owner`,
    );
  }
}

/** A run is writing: by code that does not know what the migrations add, it would leave its days without it. */
export class SyncAtWorkError extends OperatorError {
  constructor(cluster: string) {
    super(
      `the database is migrated between runs, and cluster ${cluster} is being synced: ` +
        'stop its sync, or try again when its run has ended',
    );
  }
}

/**
 * Runs the pending migrations, all in one transaction, and returns their names. A second process that migrates at the
 * same time waits for the first and then finds nothing to do. With nothing pending it only reads the table `migrations`.
 *
 * @throws NewerSchemaError before anything is written.
 * @throws SyncAtWorkError likewise.
 * @throws MigrationNotAllowedError when the role lacks the rights; nothing is left half done.
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const queryRunner = dataSource.createQueryRunner();
  const lock = advisoryLockKey('migrate', '');
  try {
    await queryRunner.query(`SELECT pg_advisory_lock($1)`, [lock]);
    try {
      await refuseNewerSchema(queryRunner);
      const executor = new MigrationExecutor(dataSource, queryRunner);
      if ((await executor.getPendingMigrations()).length === 0) return [];
      await lockClusters(queryRunner);
      const applied = await executor.executePendingMigrations();
      return applied.map((migration) => migration.name);
    } catch (error) {
      throw isLackOfRights(error) ? new MigrationNotAllowedError((error as Error).message) : error;
    } finally {
      if (!queryRunner.isReleased) await queryRunner.query(`SELECT pg_advisory_unlock_all()`);
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

/** Takes the locks of all clusters that were ever synced: those that their runs hold. */
async function lockClusters(queryRunner: QueryRunner): Promise<void> {
  if (!(await queryRunner.hasTable('sync_runs'))) return;
  const clusters: { cluster: string }[] = await queryRunner.query(
    `SELECT DISTINCT cluster FROM sync_runs ORDER BY cluster`,
  );
  for (const { cluster } of clusters) {
    const [lock]: { taken: boolean }[] = await queryRunner.query(`SELECT pg_try_advisory_lock($1) AS taken`, [
      advisoryLockKey('sync', cluster),
    ]);
    if (!lock!.taken) throw new SyncAtWorkError(cluster);
  }
}

/** SQLSTATE insufficient_privilege: `permission denied for …` and `must be owner of …`. */
function isLackOfRights(error: unknown): boolean {
  return error instanceof QueryFailedError && (error.driverError as { code?: string }).code === '42501';
}
