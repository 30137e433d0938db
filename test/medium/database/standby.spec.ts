import { createDataSource, describeDatabaseError, inspectDatabase, migrate, SyncSession } from '#libs/database';
import { startPostgres, type EmbeddedPostgres } from '#libs/embedded';
import { MEASURES } from '#libs/prometheus';
import type { DataSource } from 'typeorm';
import { execute } from '../../support/database.js';
import { fillEstate } from '../api/estate.js';
import { RunningApi } from '../api/running-api.js';

const PATH = '/total_costs?from=2025-03-01&to=2025-03-01';

let server: EmbeddedPostgres;

beforeAll(async () => {
  server = await startPostgres({ fsync: false });
  const dataSource = await connect();
  await migrate(dataSource, MEASURES);
  await dataSource.destroy();
  await fillEstate(server.url);
});

afterAll(() => server.stop());

const connect = (): Promise<DataSource> => createDataSource(server.url, { applicationName: 'standby' }).initialize();

async function withApi(work: (api: RunningApi) => Promise<void>): Promise<void> {
  const api = await RunningApi.start(server.url, 'alpha');
  try {
    await work(api);
  } finally {
    await api.stop();
  }
}

it('a statement that a standby ends, since it keeps it from replaying, is 503', async () => {
  // The SQLSTATE and the words of a standby.
  await execute(
    server.url,
    `CREATE FUNCTION conflict() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN
       RAISE SQLSTATE '40001' USING MESSAGE = 'canceling statement due to conflict with recovery'; END $$;
     ALTER VIEW reporting.daily_total_costs RENAME TO kept;
     CREATE VIEW reporting.daily_total_costs AS SELECT kept.* FROM conflict(), reporting.kept`,
  );
  await withApi(async (api) => {
    const { status, json } = await api.get(PATH);
    expect([status, json.message]).toEqual([503, 'the database cancelled the statement in favour of others']);
  });
  await execute(
    server.url,
    `DROP VIEW reporting.daily_total_costs; ALTER VIEW reporting.kept RENAME TO daily_total_costs`,
  );
});

describe('a hot standby', () => {
  beforeAll(async () => {
    await execute(server.url, `ALTER DATABASE postgres SET default_transaction_isolation = 'serializable'`);
    await execute(server.url, `COPY (SELECT 1) TO PROGRAM 'touch standby.signal'`);
    await server.restart();
  });

  it('is read by the API', async () => {
    await withApi(async (api) => {
      expect((await api.get('/ready')).status).toBe(200);
      expect(await api.rows(PATH)).toHaveLength(2);
    });
  });

  it('is told by the doctor, and by the sync, which writes nothing', async () => {
    const dataSource = await connect();
    try {
      expect(await inspectDatabase(dataSource)).toMatchObject({ isStandby: true, encoding: 'UTF8' });
      expect(await migrate(dataSource, MEASURES)).toEqual([]);
      const error: unknown = await SyncSession.open(dataSource, 'alpha').catch((fault: unknown) => fault);
      expect(describeDatabaseError(error)).toBe(
        'the database is read-only: a standby, or default_transaction_read_only is on',
      );
    } finally {
      await dataSource.destroy();
    }
  });
});
