import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { databaseOfFile, execute, openClient, type TestDatabase } from '../../support/database.js';
import { RunningApi } from './running-api.js';

const DAYS = 'from=2025-03-01&to=2025-03-02';
/** Answers of 2 MB, which are kept, and of 29 MB, which are not. */
const ROWS = { long: 20_000, longer: 100_000 };
const PADDING = { long: 10, longer: 200 };
const paddingOf = (cluster: keyof typeof ROWS) => 'x'.repeat(PADDING[cluster]);

let database: TestDatabase;
let api: RunningApi;

beforeAll(async () => {
  database = await databaseOfFile();
  await execute(database.url, `INSERT INTO sync_locks (cluster) VALUES ('long'), ('longer')`);
  for (const cluster of ['long', 'longer'] as const) {
    await execute(
      database.url,
      `INSERT INTO cost_days (cluster, day, account_usd, estimated, basis, attribution, run_id, cluster_usd, policy, digest)
       VALUES ('${cluster}', '2025-03-01', 50000, false, 'amortized', 'x', 1, 0, '', '')`,
    );
    await execute(
      database.url,
      `INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups)
       SELECT '${cluster}', '2025-03-01', 'prod', 'ü-${paddingOf(cluster)}-' || n, 'compute', n / 10000.0, 0, '{none}'
       FROM generate_series(1, ${ROWS[cluster]}) n`,
    );
  }
});

beforeEach(async () => {
  api = await RunningApi.start(database.url);
});

afterEach(() => api.stop());

const pathOf = (cluster: string) => `/costs_per_user?${DAYS}&cluster=${cluster}`;

const connectionsAtWork = async () => {
  const client = await openClient(database.url);
  const { rowCount } = await client.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
      AND application_name = 'cost-monitoring-api'`,
  );
  await client.end();
  return rowCount;
};

/** Reads the first bytes, and then nothing until told; `closed` tells whether the API broke off. */
function readSlowly(path: string): Promise<{ rest(): Promise<string>; leave(): void }> {
  return new Promise((resolve, reject) => {
    get(api.url + path, (response) => {
      response.once('readable', () => {
        resolve({
          leave: () => response.destroy(),
          rest: async () => {
            const chunks: Buffer[] = [];
            for await (const chunk of response) chunks.push(chunk as Buffer);
            return Buffer.concat(chunks).toString();
          },
        });
      });
    }).on('error', reject);
  });
}

function expectWhole(text: string, cluster: keyof typeof ROWS): void {
  const rows = JSON.parse(text) as { user: string; value: number }[];
  expect(rows).toHaveLength(ROWS[cluster]);
  expect(rows[0]).toMatchObject({ user: `ü-${paddingOf(cluster)}-${ROWS[cluster]}`, value: ROWS[cluster] / 10_000 });
  const positions = rows.map(({ value }) => Math.round(value * 10_000));
  expect(positions).toEqual(Array.from({ length: ROWS[cluster] }, (_, n) => ROWS[cluster] - n));
}

describe.each(['long', 'longer'] as const)('a %s answer', (cluster) => {
  it('is whole every time, for whoever reads at the same time, as fast or as slowly', async () => {
    const slow = await readSlowly(pathOf(cluster));
    const together = await Promise.all(
      [api.get(pathOf(cluster)), api.get(pathOf(cluster))].slice(0, cluster === 'long' ? 2 : 0),
    );
    for (const { text } of together) expectWhole(text, cluster);
    expectWhole(await slow.rest(), cluster);
    expectWhole((await api.get(pathOf(cluster))).text, cluster);
  });

  it('that the first reader leaves is whole for the second', async () => {
    const first = await readSlowly(pathOf(cluster));
    const second = api.get(pathOf(cluster));
    await sleep(50);
    first.leave();
    expectWhole((await second).text, cluster);
  });

  it('that every reader leaves is given up', async () => {
    const readers = await Promise.all([readSlowly(pathOf(cluster)), readSlowly(pathOf(cluster))]);
    for (const reader of readers) reader.leave();
    for (const deadline = Date.now() + 30_000; (await connectionsAtWork()) !== 0 && Date.now() < deadline;)
      await sleep(50);
    expect(await connectionsAtWork()).toBe(0);
  });
});

describe('a long answer', () => {
  it('has the same validator from memory as from the database', async () => {
    const first = await api.get(pathOf('long'));
    const second = await api.get(pathOf('long'));
    expect(second.text).toBe(first.text);
    const etag = second.headers.get('etag')!;
    expect(first.headers.get('etag')).toBe(etag);
    expect((await api.get(pathOf('long'), { 'if-none-match': etag })).status).toBe(304);
  });

  it('is not sent at all to whoever has it already, though this process never gave it', async () => {
    await api.get(pathOf('long'));
    const etag = (await api.get(pathOf('long'))).headers.get('etag')!;
    const another = await RunningApi.start(database.url);
    try {
      expect((await another.get(pathOf('long'), { 'if-none-match': etag })).status).toBe(304);
    } finally {
      await another.stop();
    }
  });
});

describe('an answer too long to keep', () => {
  it('is sent to whoever asks whether it is still the same', async () => {
    expectWhole((await api.get(pathOf('longer'), { 'if-none-match': '"other"' })).text, 'longer');
  });

  it('waits for a reader who does not read, and holds nobody else up', async () => {
    const slow = await readSlowly(pathOf('longer'));
    const begun = process.memoryUsage().rss;
    await sleep(1000);
    expect((await api.get(pathOf('long'))).status).toBe(200);
    expect(process.memoryUsage().rss - begun).toBeLessThan(150 * 2 ** 20);
    expectWhole(await slow.rest(), 'longer');
  });
});
