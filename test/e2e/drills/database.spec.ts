import { startPostgres, type EmbeddedPostgres } from '#libs/embedded';
import { killLeftSyncs, startSync } from '../sync/sync-process.js';
import { waitUntil } from '../../support/wait-until.js';
import { startDrillEstate, variablesOf, type DrillEstate } from './drill-estate.js';
import { DrilledDatabase } from './drilled-database.js';

/** A turn that does not come while the test runs: what is made up for is not made up for by the next turn. */
const NEXT_YEAR = '0 0 1 1 *';
/** Connections of a sync that waits for its next turn: that of its run, which it keeps for the next one. */
const CONNECTIONS = 2;

let simulator: DrillEstate;
beforeAll(async () => {
  simulator = await startDrillEstate();
});
afterAll(async () => {
  killLeftSyncs();
  await simulator?.close();
});

/** Runs something against a server of its own. */
async function withServer(work: (server: EmbeddedPostgres, database: DrilledDatabase) => Promise<void>): Promise<void> {
  const server = await startPostgres({ fsync: false });
  const database = DrilledDatabase.at(server.url);
  try {
    await work(server, database);
  } finally {
    server.resume();
    await database.end();
    await server.stop();
  }
}

const start = (database: DrilledDatabase) =>
  startSync([], { ...variablesOf(simulator, database.url), SYNC_CRON: NEXT_YEAR });

async function untilDaysAreStored(database: DrilledDatabase): Promise<void> {
  await waitUntil(async () => {
    const rows = await database.query<{ count: number }>(`SELECT count(*)::int FROM cost_days`).catch(() => []);
    return (rows[0]?.count ?? 0) > 20;
  });
}

/** The run that broke off is on record as failed, the one that made up for it succeeded, and every day is stored whole. */
async function expectMadeUpFor(database: DrilledDatabase): Promise<void> {
  const costs = (await database.runs()).filter(({ source }) => source === 'cost-explorer');
  expect(costs.map(({ status, error }) => [status, error])).toEqual([
    ['failed', 'broke off: the process or its connection to the database ended'],
    ['succeeded', null],
  ]);
  expect((await database.latestRun('prometheus'))?.status).toBe('succeeded');
  expect(await database.brokenDays()).toEqual([]);
  const [days] = await database.query(`SELECT count(*)::int, max(day) - min(day) + 1 AS span FROM cost_days`);
  expect(days!['count']).toBe(days!['span']);
  const [connections] = await database.query(
    `SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'sync'`,
  );
  expect(connections!['count']).toBeLessThanOrEqual(CONNECTIONS);
}

describe('a database that goes away in the middle of a run of the scheduler', () => {
  it.each([
    ['killed', (server: EmbeddedPostgres) => server.kill()],
    ['shut down and started again', (server: EmbeddedPostgres) => server.restart()],
  ])(
    'because it is %s: the run is made up for as soon as it is back, and not at the next turn',
    async (how, goAway) => {
      await withServer(async (server, database) => {
        const sync = start(database);
        await untilDaysAreStored(database);
        await goAway(server);
        await sync.untilItSays(/the run broke off: .*; it begins again when the database answers/);
        if (how === 'killed') {
          await sync.untilItSays(/the database does not answer: .*; next try in 2 s/);
          await server.restart();
        }
        await sync.untilItSays(/next run at/);
        await expectMadeUpFor(database);
        sync.signal('SIGTERM');
        expect((await sync.ended).code).toBe(0);
        await database.untilUnlocked();
      });
    },
  );
});

describe('a database that accepts and never answers', () => {
  it('ends the run within its time-outs; what it missed is made up for as soon as it answers', async () => {
    await withServer(async (server, database) => {
      const sync = start(database);
      await untilDaysAreStored(database);
      server.pause();
      const pausedMs = performance.now();
      await sync.untilItSays(/the run broke off/);
      // A statement has a minute; without a time-out the run would wait for ever.
      expect(performance.now() - pausedMs).toBeLessThan(120_000);
      server.resume();
      await sync.untilItSays(/next run at/);
      await expectMadeUpFor(database);
      sync.signal('SIGTERM');
      expect((await sync.ended).code).toBe(0);
    });
  });
});
