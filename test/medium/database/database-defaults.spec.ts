import { setTimeout as sleep } from 'node:timers/promises';
import { createDataSource, SyncSession } from '#libs/database';
import type { DataSource } from 'typeorm';
import { createTestDatabase, execute, type TestDatabase } from '../../support/database.js';
import { RunningApi } from '../api/running-api.js';
import { BASIS, CLUSTER, DAY, dayCosts, HUB_POLICY, readings, settled } from './stored-cluster.js';

/** As operators set them for others, with ALTER DATABASE; the last two have PostgreSQL 17 and newer. */
const DEFAULTS = [
  `DateStyle = 'German, DMY'`,
  `DateStyle = 'SQL, MDY'`,
  `DateStyle = 'Postgres, DMY'`,
  `TimeZone = 'Pacific/Auckland'`,
  `TimeZone = 'America/Los_Angeles'`,
  `statement_timeout = '150ms'`,
  `lock_timeout = '1ms'`,
  `idle_session_timeout = '150ms'`,
  `idle_in_transaction_session_timeout = '150ms'`,
  `transaction_timeout = '150ms'`,
  `default_transaction_isolation = 'serializable'`,
  `standard_conforming_strings = off`,
  `extra_float_digits = -15`,
];

/** Longer than the time-outs above: a source that takes its time. */
const PAUSE_MS = 400;
const SLOW = 'SELECT pg_sleep(0.4)';

let database: TestDatabase;
let dataSource: DataSource;

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

const DAYS = `from=${DAY}&to=${DAY}`;

// Under libfaketime a timer of PostgreSQL that is late sees another clock, and ends what it must not.
const IS_CLOCK_TRUE = process.env['FAKETIME'] === undefined;

it.each(DEFAULTS.filter((setting) => IS_CLOCK_TRUE || !setting.includes('timeout')))(
  'with %s as the default of the database, figures and the plan of days are the same',
  async (setting) => {
    await execute(database.url, `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET ${setting}`);
    dataSource = await createDataSource(database.url, { applicationName: 'defaults' }).initialize();
    const session = (await SyncSession.open(dataSource, CLUSTER))!;
    await sleep(PAUSE_MS);
    const run = await session.recordRunStarted({ source: 'cost-explorer', trigger: 'once' });
    await dataSource.query(SLOW);
    await session.replaceCostDay(run, dayCosts([['prod', 'compute', '12.3456789012']]), BASIS, HUB_POLICY);
    await sleep(PAUSE_MS);
    const usage = readings({
      compute: [
        ['prod', 'alice', 3],
        ['prod', 'bob', 1],
      ],
      coverage: 0.3333,
    });
    await session.replaceUsageDay(run, usage, settled(), HUB_POLICY);
    await session.recordRunFinished(run, { status: 'succeeded' }, 5);

    const days = { from: '2026-10-01', until: '2026-11-01' } as const;
    expect(await session.listCostDays(days)).toEqual([
      { day: DAY, costBasis: 'amortized', attributionDigest: 'digest-1' },
    ]);
    expect((await session.listUsageDays(days)).map(({ day, coverage }) => [day, coverage])).toEqual(
      ['compute', 'home storage', 'memberships'].map(() => [DAY, 0.3333]),
    );
    expect(await session.findLatestRun('cost-explorer')).toMatchObject({ finishedAt: expect.any(Date) });
    await session.close();

    const api = await RunningApi.start(database.url, CLUSTER);
    try {
      // A connection that was kept may be cut at any time.
      for (let round = 0; round < 3; round++) {
        expect(await api.rows(`/costs_per_user?${DAYS}&limit=${round + 10}`)).toMatchObject([
          { date: DAY, user: 'alice', value: 9.2593 },
          { date: DAY, user: 'bob', value: 3.0864 },
        ]);
        await sleep(PAUSE_MS / 2);
      }
      const [source] = (await api.get('/health')).json.details.syncs.sources;
      expect(source).toMatchObject({ source: 'cost-explorer', ageSeconds: expect.any(Number) });
      expect(source.ageSeconds).toBeLessThan(60);
    } finally {
      await api.stop();
    }
  },
);

it('the options of DATABASE_URL are added to the settings of the sync and the API, and put none aside', async () => {
  const url = new URL(database.url);
  url.searchParams.set('options', '-c work_mem=7MB -c DateStyle=German -c statement_timeout=10 -c jit=on');
  dataSource = await createDataSource(url.href, {
    applicationName: 'options',
    statementTimeoutMs: 45_000,
  }).initialize();
  const settings = `SELECT current_setting('work_mem') AS work_mem, current_setting('jit') AS jit,
    current_setting('statement_timeout') AS statement_timeout, current_setting('tcp_keepalives_idle') AS keepalive,
    '${DAY}'::date::text AS day`;
  expect(await dataSource.query(settings)).toEqual([
    { work_mem: '7MB', jit: 'off', statement_timeout: '45s', keepalive: '30', day: DAY },
  ]);
});
