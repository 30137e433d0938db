import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { createDataSource, migrate } from '#libs/database';
import { ReportingDatabase } from '#libs/database/queries';
import { startPostgres, type EmbeddedPostgres } from '#libs/embedded';
import { MEASURES } from '#libs/prometheus';
import { fillEstate } from '../../medium/api/estate.js';
import { RunningApi } from '../../medium/api/running-api.js';
import { waitUntil } from '../../support/wait-until.js';
import { Load, type Sample } from './load.js';

const READERS = 20;
/** Ten that answer questions, one that tells whether the database lives, one that hears of changes. */
const CONNECTIONS = 12;
const ANSWER_MS = 30_000;
const RECOVERY_MS = 15_000;
/** A database that hangs is noticed within three seconds; until then what was answered before still stands. */
const NOTICE_MS = 8_000;

const DAYS = 'from=2025-03-01&to=2025-03-02';
/** Some of them the same again and again, and some that nobody asked before. */
const pathOf = (n: number) =>
  [
    `/total_costs?${DAYS}`,
    `/costs_per_user?${DAYS}&limit=${(n % 1000) + 1}`,
    `/total_costs_per_hub?${DAYS}&shared=usage`,
    `/total_usage?${DAYS}&user=alice&user=u${n}`,
  ][n % 4]!;

let server: EmbeddedPostgres;
let api: RunningApi;

beforeAll(async () => {
  server = await startPostgres({ fsync: false });
  const dataSource = await createDataSource(server.url, { applicationName: 'drill' }).initialize();
  await migrate(dataSource, MEASURES);
  await dataSource.destroy();
  await fillEstate(server.url);
});

afterAll(async () => {
  server?.resume();
  await server?.stop();
});

/** The API's connections as the server sees them. */
async function connections(): Promise<{ state: string | null }[]> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ state: string | null }>(
      `SELECT state FROM pg_stat_activity WHERE application_name LIKE 'cost-monitoring-api%'`,
    );
    return rows;
  } finally {
    await client.end();
  }
}

/** The connections once they are as they should be, or after ten seconds as they are. */
async function connectionsOnce(
  areGood: (all: readonly { state: string | null }[]) => boolean,
): Promise<{ state: string | null }[]> {
  for (const until = performance.now() + 10_000; ; await sleep(100)) {
    const all = await connections();
    if (areGood(all) || performance.now() > until) return all;
  }
}

/** The most connections at any of a second's moments. */
async function mostConnections(): Promise<number> {
  let most = 0;
  for (let look = 0; look < 10; look++) {
    most = Math.max(most, (await connections()).length);
    await sleep(100);
  }
  return most;
}

/** What is wrong with an answer of an API whose database comes and goes; undefined: nothing. */
function faultOf({ path, status, text, askedAt, answeredAt }: Sample): string | undefined {
  const took = Math.round(answeredAt - askedAt);
  if (took > ANSWER_MS) return `${path}: ${status} after ${took} ms`;
  if (status === 200) return undefined;
  const known = /^\{"statusCode":503,"message":"the database (does not answer|cannot be reached|took too long)",/.test(
    text,
  );
  return status === 503 && known ? undefined : `${path}: ${status} ${text}`;
}

interface Outage {
  readonly begin: () => Promise<void> | void;
  readonly end: () => Promise<void> | void;
  /** After so long the API has noticed. */
  readonly noticeMs: number;
}

/** Until every reader, on average, has asked and was answered from a moment on: how long that takes is the machine's affair. */
const untilAnswered = (load: Load, from: number) =>
  waitUntil(async () => load.within(from, Infinity).length >= READERS);

async function outlast(load: Load, { begin, end, noticeMs }: Outage) {
  await begin();
  const noticedAt = performance.now() + noticeMs;
  await sleep(noticeMs);
  await untilAnswered(load, noticedAt);
  const backAt = performance.now();
  await end();
  return { noticedAt, backAt };
}

async function drill(outage: Outage): Promise<void> {
  api = await RunningApi.start(server.url, 'alpha');
  const load = new Load(() => api.url, READERS, pathOf);
  try {
    await untilAnswered(load, 0);
    expect(new Set(load.samples.map(({ status }) => status))).toEqual(new Set([200]));
    const { noticedAt, backAt } = await outlast(load, outage);
    await sleep(RECOVERY_MS);
    const recoveredAt = performance.now();
    expect(await mostConnections()).toBeLessThanOrEqual(CONNECTIONS);
    await untilAnswered(load, recoveredAt);
    await load.stop();

    expect(load.samples.map(faultOf).filter((fault) => fault !== undefined)).toEqual([]);
    const whileAway = load.within(noticedAt, backAt).map(({ status }) => status);
    expect(whileAway.length).toBeGreaterThanOrEqual(READERS);
    expect(new Set(whileAway)).toEqual(new Set([503]));
    const afterwards = load.samples.filter(({ askedAt }) => askedAt >= recoveredAt).map(({ status }) => status);
    expect(afterwards.length).toBeGreaterThanOrEqual(READERS);
    expect(new Set(afterwards)).toEqual(new Set([200]));
    const firstGood = load.samples.find(({ status, askedAt }) => askedAt > backAt && status === 200)!;
    process.stderr.write(
      `database drill: ${load.samples.length} answers, ${whileAway.length} while away, slowest ${slowest(load)} ms, ` +
        `good again ${Math.round(firstGood.answeredAt - backAt)} ms after its return\n`,
    );

    // Nothing is left at work, and nothing is left at all when the API ends.
    const atRest = await connectionsOnce((all) => all.every(({ state }) => state === 'idle'));
    expect(atRest.filter(({ state }) => state !== 'idle')).toEqual([]);
    expect(atRest.length).toBeLessThanOrEqual(CONNECTIONS);
  } finally {
    await load.stop();
    await api.stop();
  }
  expect(await connectionsOnce((all) => all.length === 0)).toEqual([]);
}

const slowest = ({ samples }: Load) =>
  Math.round(Math.max(...samples.map(({ askedAt, answeredAt }) => answeredAt - askedAt)));

describe('under load, every answer comes in time, and all is well soon after the return, when the database', () => {
  it('is killed, and started again', async () => {
    await drill({ begin: () => server.kill(), end: () => server.restart(), noticeMs: 3000 });
  });

  it('is shut down, and started again at once', async () => {
    api = await RunningApi.start(server.url, 'alpha');
    const load = new Load(() => api.url, READERS, pathOf);
    try {
      await untilAnswered(load, 0);
      await server.restart();
      await sleep(RECOVERY_MS);
      const recoveredAt = performance.now();
      await untilAnswered(load, recoveredAt);
      await load.stop();
      expect(load.samples.map(faultOf).filter((fault) => fault !== undefined)).toEqual([]);
      const afterwards = load.samples.filter(({ askedAt }) => askedAt >= recoveredAt).map(({ status }) => status);
      expect(new Set(afterwards)).toEqual(new Set([200]));
      expect((await connections()).length).toBeLessThanOrEqual(CONNECTIONS);
    } finally {
      await load.stop();
      await api.stop();
    }
  });

  it('hangs, and goes on', async () => {
    await drill({ begin: () => server.pause(), end: () => server.resume(), noticeMs: NOTICE_MS });
  });
});

describe('a session of the API', () => {
  it('only reads, and ends a question after half a minute', async () => {
    const database = new ReportingDatabase(server.url, () => undefined);
    try {
      const setting = async (name: string) =>
        (
          await database.list<{ value: string }>({
            cluster: undefined,
            text: 'SELECT current_setting($1) AS value',
            values: [name],
          })
        )[0]!.value;
      expect(await setting('default_transaction_read_only')).toBe('on');
      expect(await setting('statement_timeout')).toBe('30s');
      await expect(
        database.list({ cluster: undefined, text: 'CREATE TABLE mine (a int)', values: [] }),
      ).rejects.toThrow('read-only');
    } finally {
      await database.close();
    }
  });

  it('that the database cuts in the middle of a question fails this question alone', async () => {
    const running = await RunningApi.start(server.url, 'alpha');
    try {
      await running.rows(`/total_costs?${DAYS}`);
      const client = new Client({ connectionString: server.url });
      await client.connect();
      await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cost-monitoring-api'`,
      );
      await client.end();
      await sleep(200);
      for (let n = 0; n < 20; n++) expect(await running.rows(`/costs_per_user?${DAYS}&limit=${n + 1}`)).not.toEqual([]);
    } finally {
      await running.stop();
    }
  });
});
