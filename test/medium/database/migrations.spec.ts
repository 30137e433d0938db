import {
  createDataSource,
  EXPECTED_MIGRATIONS,
  migrate,
  NewerSchemaError,
  SyncAtWorkError,
  SyncSession,
} from '#libs/database';
import type { DataSource } from 'typeorm';
import { createEmptyTestDatabase, type TestDatabase } from '../../support/database.js';

describe('the migrations', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeEach(async () => {
    database = await createEmptyTestDatabase();
    dataSource = await createDataSource(database.url, { applicationName: 'migrations-test' }).initialize();
  });

  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('run once: a second time there is nothing to do', async () => {
    expect(await migrate(dataSource)).toEqual(EXPECTED_MIGRATIONS);
    expect(await migrate(dataSource)).toEqual([]);
    const applied = await dataSource.query(`SELECT name FROM reporting.applied_migrations`);
    expect(applied.map((row: { name: string }) => row.name)).toEqual(EXPECTED_MIGRATIONS);
  });

  it('run once when two processes migrate at the same time', async () => {
    const other = await createDataSource(database.url, { applicationName: 'migrations-test' }).initialize();
    try {
      const applied = await Promise.all([migrate(dataSource), migrate(other)]);
      expect(applied.flat()).toEqual(EXPECTED_MIGRATIONS);
    } finally {
      await other.destroy();
    }
  });

  it('leave no lock behind', async () => {
    await migrate(dataSource);
    expect(await dataSource.query(`SELECT * FROM pg_locks WHERE locktype = 'advisory'`)).toEqual([]);
  });

  it('are refused on a database that a newer version has migrated', async () => {
    await migrate(dataSource);
    await dataSource.query(`INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'Later9999999999999')`);
    const attempt = migrate(dataSource);
    await expect(attempt).rejects.toThrow(NewerSchemaError);
    await expect(attempt).rejects.toThrow(/Later9999999999999.*newer version/);
  });

  it('are refused while a run is at work: by the code of before, it would leave its days without what they add', async () => {
    await migrate(dataSource);
    await dataSource.undoLastMigration();
    const busy = (await SyncSession.open(dataSource, 'earth'))!;
    await busy.recordRunStarted({ source: 'cost-explorer', trigger: 'schedule' });
    const attempt = migrate(dataSource);
    await expect(attempt).rejects.toThrow(SyncAtWorkError);
    await expect(attempt).rejects.toThrow(/cluster earth is being synced: stop its sync/);
    const applied = await dataSource.query(`SELECT name FROM reporting.applied_migrations`);
    expect(applied).toHaveLength(EXPECTED_MIGRATIONS.length - 1);
    await busy.close();
    expect(await migrate(dataSource)).toEqual(EXPECTED_MIGRATIONS.slice(-1));
    expect(await dataSource.query(`SELECT * FROM pg_locks WHERE locktype = 'advisory'`)).toEqual([]);
  });

  it('can be taken back, the newest first, until nothing is left', async () => {
    await migrate(dataSource);
    for (const _ of EXPECTED_MIGRATIONS) await dataSource.undoLastMigration();
    const left = await dataSource.query(
      `SELECT table_schema, table_name FROM information_schema.tables
        WHERE table_schema IN ('public', 'reporting') AND table_name <> 'migrations'`,
    );
    expect(left).toEqual([]);
  });

  it('make the tables that the entities describe', async () => {
    await migrate(dataSource);
    const drift = await dataSource.driver.createSchemaBuilder().log();
    expect(dataSource.entityMetadatas.map((entity) => entity.tableName).sort()).toEqual([
      'account_costs',
      'sync_runs',
      'usage_days',
    ]);
    expect(drift.upQueries.map((step) => step.query)).toEqual([]);
  });
});
