import {
  createDataSource,
  DependentViewError,
  EarlierLayoutError,
  EXPECTED_MIGRATIONS,
  migrate,
  MigrationBlockedError,
  NewerSchemaError,
  SyncAtWorkError,
  SyncSession,
  WrongEncodingError,
} from '#libs/database';
import type { Measure } from '#libs/domain';
import { MEASURES } from '#libs/prometheus';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createEmptyTestDatabase, urlOfDatabase, type TestDatabase } from '../../support/database.js';

/** Columns and constraints of every table. */
const LAYOUT = `
  SELECT attrelid::regclass::text AS relation, attname AS name, format_type(atttypid, atttypmod) || attnotnull AS definition
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
  UNION ALL
  SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  ORDER BY 1, 2`;

/** Version 0.2: the rollup by day knows no instance types, here of two users on two types. */
const TO_VERSION_02 = [
  `DROP SCHEMA reporting CASCADE`,
  `DROP TABLE budgets, budget_events, forecasts, anomalies, closed_months, closed_costs, month_rollups, month_costs, month_usage`,
  `DELETE FROM migrations WHERE name NOT LIKE 'Baseline%'`,
  `ALTER TABLE day_costs DROP COLUMN instance_type`,
  `ALTER TABLE day_costs ADD UNIQUE NULLS NOT DISTINCT (cluster, day, hub, component, usergroups, reason)`,
  `INSERT INTO user_costs (cluster, day, hub, username, component, instance_type, direct_usd, shared_usd, usergroups)
   VALUES ('earth', '2026-03-02', 'prod', 'ada', 'compute', 'r5.large', 1, 0.5, '{none}'),
     ('earth', '2026-03-02', 'prod', 'bob', 'compute', 'r5.large', 2, 0, '{none}'),
     ('earth', '2026-03-02', 'prod', 'bob', 'compute', 'c5.large', 4, 0, '{none}')`,
  `INSERT INTO day_costs (cluster, day, hub, component, direct_usd, shared_usd, usergroups)
   VALUES ('earth', '2026-03-02', 'prod', 'compute', 7, 0.5, '{none}')`,
];

const ALL = [...EXPECTED_MIGRATIONS, 'views'];

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

  const names = async (sql: string) => (await dataSource.query<{ name: string }[]>(sql)).map(({ name }) => name);

  it('make twenty tables and at most 25 views, and no function', async () => {
    await migrate(dataSource, MEASURES);
    const tables = await names(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`);
    expect(tables.filter((name) => name !== 'migrations')).toHaveLength(20);
    expect((await names(`SELECT viewname AS name FROM pg_views WHERE schemaname = 'reporting'`)).length).toBeLessThan(
      26,
    );
    expect(
      await names(
        `SELECT proname AS name FROM pg_proc WHERE pronamespace::regnamespace::text IN ('public', 'reporting')`,
      ),
    ).toEqual([]);
  });

  it('run once: a second time there is nothing to do', async () => {
    expect(await migrate(dataSource, MEASURES)).toEqual(ALL);
    expect(await migrate(dataSource, MEASURES)).toEqual([]);
    expect(await names(`SELECT name FROM reporting.applied_migrations`)).toEqual(EXPECTED_MIGRATIONS);
  });

  it('run once when two processes migrate at the same time', async () => {
    const other = await createDataSource(database.url, { applicationName: 'migrations-test' }).initialize();
    try {
      const applied = await Promise.all([migrate(dataSource, MEASURES), migrate(other, MEASURES)]);
      expect(applied.flat()).toEqual(ALL);
    } finally {
      await other.destroy();
    }
  });

  it('make the views again when a measure is added, and nothing else', async () => {
    await migrate(dataSource, MEASURES);
    const made: Measure = { name: 'made_up', unit: 'core-seconds', dataset: 'compute', component: undefined };
    expect(await migrate(dataSource, [...MEASURES, made])).toEqual(['views']);
    await dataSource.query(
      `INSERT INTO user_usage (cluster, day, hub, username, measure, quantity) VALUES ('a', '2026-03-02', 'h', 'u', 'made_up', 1.5)`,
    );
    expect(await dataSource.query(`SELECT measure, unit, component, quantity FROM reporting.daily_user_usage`)).toEqual(
      [{ measure: 'made_up', unit: 'core-seconds', component: null, quantity: '1.500' }],
    );
  });

  it('leave no lock behind', async () => {
    await migrate(dataSource, MEASURES);
    expect(
      await dataSource.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      ),
    ).toEqual([]);
  });

  it('refuse a database of the layout before 0.2 by name, and write nothing to it', async () => {
    await dataSource.query(`CREATE TABLE migrations (id serial, timestamp bigint, name text)`);
    await dataSource.query(
      `INSERT INTO migrations (timestamp, name) VALUES (1764000000000, 'CostAndUsageTables1764000000000')`,
    );
    const attempt = migrate(dataSource, MEASURES);
    await expect(attempt).rejects.toThrow(EarlierLayoutError);
    await expect(attempt).rejects.toThrow(
      'this database was made by a version before 0.2; make a new one, the sync fills it again',
    );
    expect(await names(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`)).toEqual(['migrations']);
  });

  it('give a database that 0.2 made the layout of a new one, and its rollup the instance types', async () => {
    await migrate(dataSource, MEASURES);
    const layout = await dataSource.query(LAYOUT);
    for (const statement of TO_VERSION_02) await dataSource.query(statement);
    expect(await migrate(dataSource, MEASURES)).toEqual(ALL.slice(1));
    expect(await dataSource.query(LAYOUT)).toEqual(layout);
    const types = `SELECT instance_type, direct_usd, shared_usd FROM day_costs ORDER BY 1`;
    expect(await dataSource.query(types)).toEqual([
      { instance_type: 'c5.large', direct_usd: '4.0000000000', shared_usd: '0.0000000000' },
      { instance_type: 'r5.large', direct_usd: '3.0000000000', shared_usd: '0.5000000000' },
    ]);
  });

  it('are refused on a database that a newer version has migrated', async () => {
    await migrate(dataSource, MEASURES);
    await dataSource.query(`INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'Later9999999999999')`);
    const attempt = migrate(dataSource, MEASURES);
    await expect(attempt).rejects.toThrow(NewerSchemaError);
    await expect(attempt).rejects.toThrow(/Later9999999999999.*newer version/);
  });

  it('wait for a run, and say which cluster is being synced when it takes too long', async () => {
    await migrate(dataSource, MEASURES);
    await dataSource.query(`COMMENT ON SCHEMA reporting IS 'of an earlier version'`);
    const busy = (await SyncSession.open(dataSource, 'earth'))!;
    const attempt = migrate(dataSource, MEASURES, { lockTimeoutMs: 200 });
    await expect(attempt).rejects.toThrow(SyncAtWorkError);
    await expect(attempt).rejects.toThrow(
      /clusters are being synced: earth \(by .+, process \d+, since 20\d\d-\d\d-\d\dT[\d:.]+Z\);/,
    );
    await busy.close();
    expect(await migrate(dataSource, MEASURES)).toEqual(['views']);
  });

  it('say for whom else they wait, and then give up: a reader whose transaction does not end', async () => {
    await migrate(dataSource, MEASURES);
    await dataSource.query(`DROP VIEW reporting.clusters`);
    await dataSource.query(`CREATE VIEW reporting.clusters AS SELECT cluster, 1 AS more FROM sync_locks`);
    await dataSource.query(`COMMENT ON SCHEMA reporting IS 'of an earlier version'`);
    const reader = new Client({ connectionString: database.url, application_name: 'a dashboard' });
    await reader.connect();
    await reader.query(`BEGIN; SELECT FROM reporting.clusters`);
    const waits: string[] = [];
    const attempt = migrate(dataSource, MEASURES, { lockTimeoutMs: 400, onWait: (whom) => waits.push(whom) });
    const whom = /a dashboard of role postgres \(server process \d+, since 20\d\d-[\dT:.-]+Z\)/;
    await expect(attempt).rejects.toThrow(MigrationBlockedError);
    await expect(attempt).rejects.toThrow(whom);
    expect(waits).toEqual([expect.stringMatching(whom)]);
    await reader.end();
    expect(await migrate(dataSource, MEASURES)).toEqual(['views']);
  });

  it('are not kept from their work by a role that may only connect', async () => {
    await migrate(dataSource, MEASURES);
    await dataSource.query(`COMMENT ON SCHEMA reporting IS 'of an earlier version'`);
    const stranger = new Client({ connectionString: database.url });
    await stranger.connect();
    await stranger.query(`SET ROLE jupyterhub_costs_api; BEGIN; SELECT pg_advisory_xact_lock(1795824000000)`);
    await expect(stranger.query(`LOCK TABLE migrations`)).rejects.toThrow('permission denied');
    await stranger.query(`ROLLBACK; BEGIN; SELECT pg_advisory_xact_lock(1795824000000)`);
    expect(await migrate(dataSource, MEASURES, { lockTimeoutMs: 500 })).toEqual(['views']);
    await stranger.end();
  });

  it.each(['costs', 'costs, public'])(
    'are refused with search_path %s, where the tables are in public',
    async (path) => {
      await migrate(dataSource, MEASURES);
      await dataSource.query(`CREATE SCHEMA costs`);
      const url = new URL(database.url);
      url.searchParams.set('options', `-c search_path=${path.replace(' ', '\\ ')}`);
      const elsewhere = await createDataSource(url.href, { applicationName: 'elsewhere' }).initialize();
      const attempt = migrate(elsewhere, MEASURES);
      await expect(attempt).rejects.toThrow(
        `the tables are in schema public, where the search_path of this connection (${path}) does not lead`,
      );
      await elsewhere.destroy();
      expect(await names(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'costs'`)).toEqual([]);
    },
  );

  it('refuse an encoding other than UTF8 by name, and write nothing', async () => {
    const name = `${new URL(database.url).pathname.slice(1)}_latin`;
    await dataSource.query(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'`,
    );
    const latin = await createDataSource(urlOfDatabase(database.url, name), { applicationName: 'latin' }).initialize();
    const attempt = migrate(latin, MEASURES);
    await expect(attempt).rejects.toThrow(WrongEncodingError);
    await expect(attempt).rejects.toThrow('the database has the encoding LATIN1, and needs UTF8');
    expect(await latin.query(`SELECT FROM pg_tables WHERE schemaname = 'public'`)).toEqual([]);
    await latin.destroy();
    await dataSource.query(`DROP DATABASE ${name}`);
  });

  it('keep what they add readable to who reads every view, without default privileges too, and to nobody else', async () => {
    await migrate(dataSource, MEASURES);
    const [all, one] = ['all', 'one'].map((role) => `${new URL(database.url).pathname.slice(1)}_${role}`);
    await dataSource.query(
      `CREATE ROLE "${all}-readers"; CREATE ROLE ${one};
       GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO "${all}-readers"; GRANT SELECT ON reporting.sync_runs TO ${one};
       DROP VIEW reporting.clusters; COMMENT ON SCHEMA reporting IS 'of an earlier version'`,
    );
    expect(await migrate(dataSource, MEASURES)).toEqual(['views']);
    const readable = (role: string) =>
      dataSource.query(`SELECT has_table_privilege($1, 'reporting.clusters', 'SELECT') AS readable`, [role]);
    expect([await readable(`${all}-readers`), await readable(one!)].flat()).toEqual([
      { readable: true },
      { readable: false },
    ]);
    await dataSource.query(`DROP OWNED BY "${all}-readers", ${one}`);
    await dataSource.query(`DROP ROLE "${all}-readers", ${one}`);
  });

  it('name a view of the operator’s own that stands in the way', async () => {
    await migrate(dataSource, MEASURES);
    await dataSource.query(`DROP VIEW reporting.clusters`);
    await dataSource.query(`CREATE VIEW reporting.clusters AS SELECT cluster, 1 AS more FROM sync_locks`);
    await dataSource.query(`CREATE VIEW mine AS SELECT more FROM reporting.clusters`);
    await dataSource.query(`COMMENT ON SCHEMA reporting IS 'of an earlier version'`);
    const attempt = migrate(dataSource, MEASURES);
    await expect(attempt).rejects.toThrow(DependentViewError);
    await expect(attempt).rejects.toThrow(/view mine depends on view reporting.clusters/);
    await dataSource.query(`DROP VIEW mine`);
    expect(await migrate(dataSource, MEASURES)).toEqual(['views']);
  });
});
