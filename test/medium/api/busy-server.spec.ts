import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { createDataSource, migrate } from '#libs/database';
import { startPostgres, type EmbeddedPostgres } from '#libs/embedded';
import { MEASURES } from '#libs/prometheus';
import { execute, openClient, urlOfDatabase } from '../../support/database.js';
import { fillEstate } from './estate.js';
import { RunningApi } from './running-api.js';

/** Three of them are kept for superusers. */
const MAX_CONNECTIONS = 12;
const LONG_S = 1;
const DAYS = 'from=2025-03-01&to=2025-03-02';

let server: EmbeddedPostgres;
let readerUrl: string;
let apis: RunningApi[] = [];

beforeAll(async () => {
  server = await startPostgres({ fsync: false });
  const dataSource = await createDataSource(server.url, { applicationName: 'busy' }).initialize();
  await migrate(dataSource, MEASURES);
  await dataSource.destroy();
  await fillEstate(server.url);
  await execute(server.url, `ALTER SYSTEM SET max_connections = ${MAX_CONNECTIONS}`);
  await execute(
    server.url,
    `CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT USAGE ON SCHEMA reporting TO reader;
     GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO reader;
     ALTER VIEW reporting.daily_user_costs RENAME TO quick;
     CREATE VIEW reporting.daily_user_costs AS SELECT quick.* FROM pg_sleep(${LONG_S}), reporting.quick;
     GRANT SELECT ON reporting.daily_user_costs TO reader`,
  );
  await server.restart();
  const url = new URL(urlOfDatabase(server.url, 'postgres'));
  url.username = url.password = 'reader';
  readerUrl = url.href;
});

afterEach(async () => {
  await Promise.all(apis.map((api) => api.stop()));
  apis = [];
});

afterAll(() => server.stop());

async function start(size: number): Promise<RunningApi> {
  const api = await RunningApi.start(readerUrl, 'alpha', { databasePoolSize: size });
  apis.push(api);
  return api;
}

async function rowsOf(sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: server.url });
  try {
    await client.connect();
  } catch {
    // Those who are about to be refused take a superuser's place for a moment.
    return rowsOf(sql);
  }
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const activity = () => rowsOf(`SELECT state, wait_event FROM pg_stat_activity WHERE usename = 'reader'`);
/** Of three endpoints by turns: few requests at once of one endpoint are worked on for one address. */
const longRequest = (n: number) =>
  [
    `/costs_per_user?${DAYS}&limit=${n + 10}`,
    `/total_costs_per_group?${DAYS}&user=u${n}`,
    `/allocation?window=2025-03-01,2025-03-02&aggregate=user&limit=${n + 10}`,
  ][n % 3]!;

it('with fewer connections than requests, all of two APIs wait their turn, and both stay ready', async () => {
  const [one, two] = [await start(10), await start(10)];
  for (const api of apis) expect((await api.get('/ready')).status).toBe(200);
  const statuses = [one, two].flatMap((api) => Array.from({ length: 12 }, (_, n) => api.get(longRequest(n))));
  const ready: number[] = [];
  for (let round = 0; round < 8; round++) {
    await sleep(250);
    for (const api of apis) ready.push((await api.get('/ready')).status);
  }
  expect(new Set(ready)).toEqual(new Set([200]));
  expect((await activity()).length).toBeLessThanOrEqual(MAX_CONNECTIONS - 3);
  const replies = await Promise.all(statuses);
  expect(replies.map(({ status, text }) => (status === 200 ? 200 : text))).toEqual(Array(24).fill(200));
});

it('an API that finds no connection at all answers once there is one', async () => {
  const others = await Promise.all(
    Array.from({ length: MAX_CONNECTIONS - 3 }, async () => {
      const client = await openClient(readerUrl);
      return client;
    }),
  );
  const api = await start(4);
  const reply = api.get(`/total_costs?${DAYS}`);
  await sleep(1_000);
  await Promise.all(others.map((client) => client.end()));
  expect((await reply).status).toBe(200);
});

it('what clients gave up is cancelled, also what had not begun, on a server that is full', async () => {
  const api = await start(10);
  await api.get('/ready');
  const gone = new AbortController();
  const requests = Array.from({ length: 20 }, (_, n) =>
    fetch(api.url + longRequest(n + 50), { signal: gone.signal }).catch(() => undefined),
  );
  await sleep(500);
  expect((await activity()).filter(({ wait_event }) => wait_event === 'PgSleep').length).toBeGreaterThan(4);
  gone.abort();
  await Promise.all(requests);
  await sleep(500);
  expect((await activity()).filter(({ state }) => state === 'active')).toEqual([]);
});

it('a process holds no more connections than DATABASE_POOL_SIZE, two at least', async () => {
  for (const size of [2, 5]) {
    const api = await start(size);
    const replies = Array.from({ length: size + 1 }, (_, n) => api.get(longRequest(n + 100)));
    await sleep(700);
    expect(await activity()).toHaveLength(size);
    for (const { status } of await Promise.all(replies)) expect(status).toBe(200);
    await api.stop();
    apis = [];
  }
});
