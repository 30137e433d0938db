import { createHash } from 'node:crypto';
import { OperatorError, type Measure } from '#libs/domain';
import { readSqlFile } from '#migrations';
import { MigrationExecutor, QueryFailedError, type DataSource, type QueryRunner } from 'typeorm';
import { MigrationBlockers } from './migration-blockers.js';
import { missingMigrations, unknownMigrations } from './queries/applied-migrations.js';
import { refuseOtherSchema } from './refuse-other-schema.js';
import { refuseReadingRole } from './refuse-reading-role.js';
import { isHeldElsewhere } from './sync-lock.js';

/** The first migration of the layout before 0.2. */
const EARLIER_LAYOUT = 'CostAndUsageTables1764000000000';

/** The database was made by a version whose layout this one cannot continue. */
export class EarlierLayoutError extends OperatorError {
  constructor() {
    super('this database was made by a version before 0.2; make a new one, the sync fills it again');
  }
}

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
  constructor() {
    super('the database has to be migrated, which this role may not do: run `npm run migrate` as its owner');
  }
}

/** A run is writing: by code that does not know what the migrations add, it would leave its days without it. */
export class SyncAtWorkError extends OperatorError {
  constructor(
    held: readonly { readonly cluster: string; readonly holder: string | null; readonly since: Date | null }[],
  ) {
    const clusters = held.map(
      ({ cluster, holder, since }) =>
        cluster + (holder && since ? ` (by ${holder}, since ${since.toISOString()})` : ''),
    );
    super(
      `the database is migrated between runs, and these clusters are being synced: ${clusters.join(', ')}; ` +
        'stop their sync, or try again when their runs have ended',
    );
  }
}

/** Somebody holds what the migrations change: another migration, a backup, a reader that does not end. */
export class MigrationBlockedError extends OperatorError {
  constructor(whom: string) {
    super(`the migration waited too long for ${whom}; nothing was changed: end it, or try again when it has ended`);
  }
}

/** Names and amounts of the world are stored as they come. */
export class WrongEncodingError extends OperatorError {
  constructor(encoding: string) {
    super(
      `the database has the encoding ${encoding}, and needs UTF8: ` +
        `make another one with ENCODING 'UTF8' TEMPLATE template0`,
    );
  }
}

/** Columns of a view that somebody else's view needs were to be taken away. */
export class DependentViewError extends OperatorError {
  constructor(detail: string) {
    super(`a view of your own depends on one that changes: ${detail}; drop it, migrate, and make it again`);
  }
}

/** How long a migration waits for runs, and for another migration, to end: less than a statement may take. */
const LOCK_TIMEOUT_MS = 50_000;

export interface MigrateOptions {
  readonly lockTimeoutMs?: number;
  /** Hears for whom the migration waits. */
  readonly onWait?: (whom: string) => void;
}

/**
 * Runs the pending migrations and the views, all in one transaction, and returns what was applied: names of migrations,
 * and `views` where their text is another than the database's. A second process that migrates at the same time waits for
 * the first and then finds nothing to do. With nothing to do it only reads.
 *
 * @throws ReadingRoleError, OtherSchemaError, EarlierLayoutError, NewerSchemaError, WrongEncodingError before anything is written.
 * @throws SyncAtWorkError, MigrationBlockedError, DependentViewError, MigrationNotAllowedError; nothing is left half done.
 */
export async function migrate(
  dataSource: DataSource,
  measures: readonly Measure[],
  options: MigrateOptions = {},
): Promise<string[]> {
  try {
    return await migrateOnce(dataSource, measures, options);
  } catch (error) {
    // Of two first migrations at the same time, both make the first table.
    if (!MADE_MEANWHILE.includes(codeOf(error) ?? '')) throw error;
    return migrateOnce(dataSource, measures, options);
  }
}

/** duplicate_table, and unique_violation of PostgreSQL's own catalogue. */
const MADE_MEANWHILE = ['42P07', '23505'];

async function migrateOnce(
  dataSource: DataSource,
  measures: readonly Measure[],
  { lockTimeoutMs = LOCK_TIMEOUT_MS, onWait = () => undefined }: MigrateOptions,
): Promise<string[]> {
  const queryRunner = dataSource.createQueryRunner();
  const views = renderViews(measures);
  let blockers: MigrationBlockers | undefined;
  try {
    await refuseReadingRole(queryRunner);
    if (await isCurrent(dataSource, queryRunner, views)) return [];
    await refuseOtherEncodings(queryRunner);
    blockers = await MigrationBlockers.watch(dataSource, queryRunner, onWait, lockTimeoutMs);
    await queryRunner.startTransaction();
    try {
      await queryRunner.query(`SELECT set_config('lock_timeout', $1, true)`, [`${lockTimeoutMs}ms`]);
      // Of Citus; any other PostgreSQL keeps it for nothing.
      await queryRunner.query(`SELECT set_config('citus.multi_shard_modify_mode', 'sequential', true)`);
      // Only who may change the table can hold it, unlike an advisory lock.
      if (await queryRunner.hasTable('migrations')) {
        await queryRunner.query(`LOCK TABLE migrations IN SHARE ROW EXCLUSIVE MODE`);
      }
      if (await isCurrent(dataSource, queryRunner, views)) return [];
      await holdClusters(queryRunner);
      const applied = await new MigrationExecutor(dataSource, queryRunner).executePendingMigrations();
      await replaceViews(queryRunner, views);
      await queryRunner.commitTransaction();
      return [...applied.map(({ name }) => name), 'views'];
    } finally {
      if (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction().catch(() => undefined);
    }
  } catch (error) {
    if (isHeldElsewhere(error)) throw new MigrationBlockedError(blockers?.seen ?? '');
    throw operatorErrorOf(error);
  } finally {
    blockers?.stop();
    await queryRunner.release();
  }
}

async function refuseOtherEncodings(queryRunner: QueryRunner): Promise<void> {
  const [{ encoding }]: [{ encoding: string }] = await queryRunner.query(
    `SELECT pg_encoding_to_char(encoding) AS encoding FROM pg_database WHERE datname = current_database()`,
  );
  if (encoding !== 'UTF8') throw new WrongEncodingError(encoding);
}

interface Views {
  readonly text: string;
  /** Stands in the comment of the schema. */
  readonly version: string;
}

function renderViews(measures: readonly Measure[]): Views {
  const rows = measures.map(
    ({ name, unit, component, dataset }) =>
      `(${literal(name)}, ${literal(unit)}, ${component === undefined ? 'NULL' : literal(component)}::text, ${literal(dataset)})`,
  );
  const text = readSqlFile('views.sql').replaceAll('{{measures}}', rows.join(', '));
  const version = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { text: text.replaceAll('{{version}}', version), version };
}

/**
 * Replaces each view where its columns only grow. Where they do not, all are dropped and made again: a view of the
 * operator's own that depends on one stops that. Who reads all views reads all of them afterwards: default privileges are
 * those of one owner, and a dump may be restored under another.
 */
async function replaceViews(queryRunner: QueryRunner, { text }: Views): Promise<void> {
  const grants: { statement: string }[] = await queryRunner.query(GRANTS_TO_READERS_OF_ALL);
  await queryRunner.query(`SAVEPOINT views`);
  try {
    await queryRunner.query(text);
  } catch (error) {
    if (codeOf(error) !== INVALID_TABLE_DEFINITION) throw error;
    await queryRunner.query(`ROLLBACK TO SAVEPOINT views`);
    const names = [...text.matchAll(/^CREATE OR REPLACE VIEW (reporting\.\w+)/gm)].map(([, name]) => name);
    await queryRunner.query(`DROP VIEW IF EXISTS ${names.join(', ')}`);
    await queryRunner.query(text);
  }
  for (const { statement } of grants) await queryRunner.query(statement);
}

const GRANTS_TO_READERS_OF_ALL = `
  WITH views AS (
    SELECT relowner, relacl FROM pg_class WHERE relnamespace = to_regnamespace('reporting') AND relkind = 'v'
  )
  SELECT format('GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO %I', role.rolname) AS statement
  FROM views CROSS JOIN aclexplode(relacl) AS acl JOIN pg_roles role ON role.oid = acl.grantee
  WHERE acl.privilege_type = 'SELECT' AND acl.grantee <> relowner
  GROUP BY role.rolname
  HAVING count(*) = (SELECT count(*) FROM views)
  ORDER BY role.rolname`;

const INVALID_TABLE_DEFINITION = '42P16';

function codeOf(error: unknown): string | undefined {
  return error instanceof QueryFailedError ? (error.driverError as { code?: string }).code : undefined;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Whether nothing is pending and the views are those of this version. @throws EarlierLayoutError, NewerSchemaError, OtherSchemaError */
async function isCurrent(dataSource: DataSource, queryRunner: QueryRunner, views: Views): Promise<boolean> {
  if (!(await queryRunner.hasTable('migrations'))) {
    await refuseOtherSchema(queryRunner);
    return false;
  }
  const rows: { name: string }[] = await queryRunner.query(`SELECT name FROM migrations ORDER BY id`);
  const applied = rows.map(({ name }) => name);
  if (applied.includes(EARLIER_LAYOUT)) throw new EarlierLayoutError();
  const unknown = unknownMigrations(applied);
  if (unknown.length > 0) throw new NewerSchemaError(unknown);
  const [schema]: { comment: string | null }[] = await queryRunner.query(
    `SELECT obj_description(to_regnamespace('reporting'), 'pg_namespace') AS comment`,
  );
  return missingMigrations(applied).length === 0 && (schema?.comment ?? '').endsWith(views.version);
}

/** Takes the locks of all clusters, which their runs hold. */
async function holdClusters(queryRunner: QueryRunner): Promise<void> {
  if (!(await queryRunner.hasTable('sync_locks'))) return;
  try {
    await queryRunner.query(`SELECT FROM sync_locks ORDER BY cluster FOR UPDATE`);
  } catch (error) {
    if (!isHeldElsewhere(error)) throw error;
    await queryRunner.rollbackTransaction();
    throw new SyncAtWorkError(
      await queryRunner.query(
        `SELECT cluster, holder, since FROM sync_locks
         WHERE cluster NOT IN (SELECT cluster FROM sync_locks FOR UPDATE SKIP LOCKED) ORDER BY cluster`,
      ),
    );
  }
}

function operatorErrorOf(error: unknown): unknown {
  // insufficient_privilege: `permission denied for …` and `must be owner of …`.
  if (codeOf(error) === '42501') return new MigrationNotAllowedError();
  // dependent_objects_still_exist
  if (codeOf(error) === '2BP01') {
    const { detail = '' } = (error as QueryFailedError).driverError as { detail?: string };
    return new DependentViewError(detail.split('\n').join('; '));
  }
  return error;
}
