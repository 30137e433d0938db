import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { createDataSource, migrate, openDataSource, SyncSession, TransactionPoolerError } from '#libs/database';
import { ReportingDatabase } from '#libs/database/queries';
import { MEASURES } from '#libs/prometheus';
import {
  createEmptyTestDatabase,
  createTestDatabase,
  execute,
  openClient,
  type TestDatabase,
} from '../../support/database.js';
import { Pooler, type PoolMode } from '../../support/pooler.js';
import { fillEstate } from '../api/estate.js';
import { RunningApi } from '../api/running-api.js';

const DAY = 'from=2025-03-01&to=2025-03-01';
/** As the estate has it. */
const TOTALS = [
  { date: '2025-03-01', cost: '100.01', name: 'account' },
  { date: '2025-03-01', cost: '66.90', name: 'attributable' },
];

let database: TestDatabase;
let pooler: Pooler;

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  await pooler.stop();
  await database.drop();
});

it('refuses startup parameters that PgBouncer refuses', async () => {
  pooler = await Pooler.start(database.url, 'session');
  const client = new Client({ connectionString: pooler.url, statement_timeout: 1000 });
  await expect(client.connect()).rejects.toThrow('unsupported startup parameter: statement_timeout');
});

describe.each<PoolMode>(['session', 'transaction'])('behind a pooler in %s mode', (mode) => {
  beforeEach(async () => {
    await fillEstate(database.url);
    // What clients find that share the pooler's connections.
    await execute(database.url, `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET DateStyle = 'German'`);
    pooler = await Pooler.start(database.url, mode, 12);
  });

  it('the API works, many requests at once, and each of its statements only reads, for 30 s', async () => {
    const api = await RunningApi.start(pooler.url, 'alpha');
    try {
      expect((await api.get('/ready')).status).toBe(200);
      const users = Array.from({ length: 30 }, (_, n) => api.rows(`/costs_per_user?${DAY}&limit=${n + 10}`));
      for (const rows of await Promise.all(users)) expect(rows).toHaveLength(7);
      expect(await api.rows(`/total_costs?${DAY}`)).toEqual(TOTALS);
      const { details } = (await api.get('/health')).json;
      expect(details.syncs.sources[0]).toMatchObject({ lastSuccessAt: '2025-03-03T05:18:00.000Z' });
    } finally {
      await api.stop();
    }
    const reading = new ReportingDatabase(pooler.url, () => undefined);
    try {
      const settings = `SELECT current_setting('transaction_read_only') AS read_only,
        current_setting('statement_timeout') AS timeout, current_setting('jit') AS jit, '2025-03-01'::date::text AS day`;
      expect(await reading.list({ cluster: undefined, text: settings, values: [] })).toEqual([
        { read_only: 'on', timeout: '30s', jit: 'off', day: '2025-03-01' },
      ]);
    } finally {
      await reading.close();
    }
  });

  it('with fewer connections than the API has, requests wait their turn', async () => {
    await execute(
      database.url,
      `ALTER VIEW reporting.daily_user_costs RENAME TO quick;
       CREATE VIEW reporting.daily_user_costs AS SELECT quick.* FROM pg_sleep(1), reporting.quick`,
    );
    const small = await Pooler.start(database.url, mode, 4);
    const api = await RunningApi.start(small.url, 'alpha');
    try {
      const users = Array.from({ length: 8 }, (_, n) => api.get(`/costs_per_user?${DAY}&limit=${n + 10}`));
      const seen = new Set<number>();
      const all = Promise.all(users).then((responses) => responses.map(({ status }) => status));
      const ended = all.then(() => true);
      do seen.add((await api.get('/ready')).status);
      while (!(await Promise.race([ended, sleep(50, false)])));
      expect(await all).toEqual(Array(8).fill(200));
      expect([...seen]).toEqual([200]);
    } finally {
      await api.stop();
      await small.stop();
    }
  });

  it('nothing of the API stays on a connection that others get', async () => {
    const reading = new ReportingDatabase(pooler.url, () => undefined, 2);
    await reading.list({ cluster: undefined, text: 'SELECT 1', values: [] });
    const client = await openClient(pooler.url);
    try {
      const { rows } = await client.query(
        `SELECT current_setting('transaction_read_only') AS read_only, current_setting('DateStyle') AS style`,
      );
      expect(rows).toEqual([{ read_only: 'off', style: 'German, DMY' }]);
    } finally {
      await client.end();
      await reading.close();
    }
  });

  it('a statement whose reader goes is cancelled', async () => {
    await execute(
      database.url,
      `CREATE OR REPLACE VIEW reporting.clusters AS SELECT cluster FROM sync_locks, pg_sleep(60) AS slept`,
    );
    const reading = new ReportingDatabase(pooler.url, () => undefined);
    try {
      const gone = new AbortController();
      const statement = { cluster: undefined, text: 'SELECT cluster AS name FROM reporting.clusters', values: [] };
      const rows = reading.stream(statement, 'names', gone.signal);
      await until(async () => (await sleeping(database.url)) === 1);
      gone.abort();
      await expect(rows).rejects.toThrow('nobody waits');
      await until(async () => (await sleeping(database.url)) === 0);
    } finally {
      await reading.close();
    }
  });
});

describe('the sync', () => {
  it('refuses a pooler in transaction mode before it sets or locks anything, however many servers it has', async () => {
    for (const [size, inTurn] of [
      [1, false],
      [2, true],
      [3, true],
      [8, true],
      [8, false],
    ] as const) {
      pooler = await Pooler.start(database.url, 'transaction', size, inTurn);
      // Servers that earlier clients left behind.
      await Promise.all(Array.from({ length: size }, () => execute(pooler.url, 'SELECT pg_sleep(0.05)')));
      await expect(openDataSource(pooler.url, NAMED)).rejects.toThrow(TransactionPoolerError);
      const locks = await query(
        database.url,
        `SELECT FROM pg_locks WHERE mode LIKE '%Exclusive%' AND locktype <> 'virtualxid'
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      expect(locks).toEqual([]);
      expect(await query(database.url, 'SELECT FROM sync_locks')).toEqual([]);
      await pooler.stop();
    }
    pooler = await Pooler.start(database.url, 'session');
  });

  it('works behind one in session mode, and leaves no lock behind', async () => {
    const empty = await createEmptyTestDatabase();
    pooler = await Pooler.start(empty.url, 'session');
    const dataSource = await openDataSource(pooler.url, NAMED);
    await migrate(dataSource, MEASURES);
    const session = (await SyncSession.open(dataSource, 'earth'))!;
    await session.recordRunStarted({ source: 'prometheus', trigger: 'once' });
    await session.close();
    await dataSource.destroy();
    const direct = await createDataSource(empty.url, NAMED).initialize();
    const next = await SyncSession.open(direct, 'earth');
    expect(next).toBeInstanceOf(SyncSession);
    await next!.close();
    await direct.destroy();
    await pooler.stop();
    await empty.drop();
    pooler = await Pooler.start(database.url, 'session');
  });
});

const NAMED = { applicationName: 'pooled' };

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = await openClient(url);
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function sleeping(url: string): Promise<number> {
  const rows = await query(
    url,
    `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database() AND state = 'active'`,
  );
  return rows.length;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
}
