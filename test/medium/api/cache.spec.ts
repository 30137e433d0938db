import { setTimeout as sleep } from 'node:timers/promises';
import { makeToken } from '../../../apps/api/src/access/new-token.js';
import { SyncSession } from '#libs/database';
import {
  BASIS,
  CLUSTER,
  dayCosts,
  HUB_POLICY,
  openStoredCluster,
  type StoredCluster,
} from '../database/stored-cluster.js';
import { openClient } from '../../support/database.js';
import { RunningApi } from './running-api.js';

const QUESTION = '/total_costs_per_hub?from=2026-10-05&to=2026-10-05';

let stored: StoredCluster;
let api: RunningApi;

beforeEach(async () => {
  stored = await openStoredCluster();
  await sync('30');
  api = await RunningApi.start(stored.url, CLUSTER);
});

afterEach(async () => {
  await api.stop();
  await stored.end();
});

/** As the sync does it. */
async function sync(prodUsd: string): Promise<void> {
  await stored.session.replaceCostDay(
    stored.run,
    dayCosts([
      ['prod', 'compute', prodUsd],
      ['staging', 'compute', '1'],
    ]),
    BASIS,
    HUB_POLICY,
  );
}

/** As nobody does it: in no run, so that only a response that comes from the database has the new figure. */
const changeUnannounced = (prodUsd: string) =>
  stored.query(`UPDATE attributed_costs SET amount_usd = $1 WHERE hub = 'prod'`, [prodUsd]);

const costOfProd = async (from = api, path = QUESTION) =>
  (await from.rows<{ name: string; cost: string }>(path)).find(({ name }) => name === 'prod')?.cost;

/** Retries: the data version is read once a second. */
async function eventually(check: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + 30_000; ; await sleep(10)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

const waitingForLock = async () =>
  (
    await stored.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
        AND application_name = 'cost-monitoring-api'`,
    )
  ).length;

/** Makes every question about costs wait until `work` is done. */
async function whileCostsAreLocked(work: () => Promise<void>): Promise<void> {
  const locker = await openClient(stored.url);
  try {
    await locker.query('BEGIN');
    await locker.query('LOCK TABLE attributed_costs IN ACCESS EXCLUSIVE MODE');
    await work();
  } finally {
    await locker.end();
  }
}

describe('an answer', () => {
  it('comes from memory while nothing changed, however the address is spelt', async () => {
    expect(await costOfProd()).toBe('30.00');
    await changeUnannounced('31');
    expect(await costOfProd()).toBe('30.00');
    expect(await costOfProd(api, QUESTION.replaceAll('_', '-'))).toBe('30.00');
    expect(await costOfProd(api, '/total_costs_per_hub?to=2026-10-05&from=2026-10-05')).toBe('30.00');
    expect(await costOfProd(api, QUESTION.replace('from=2026-10-05', 'from=2026-10-04'))).toBe('31.00');
  });

  it('is the new one as soon as the sync has changed a figure', async () => {
    for (const usd of ['30', '31', '32']) {
      await sync(usd);
      await eventually(async () => expect(await costOfProd()).toBe(`${usd}.00`));
    }
  });

  it('stays when the sync finds nothing new, and when it is another cluster that changed', async () => {
    expect(await costOfProd()).toBe('30.00');
    await changeUnannounced('31');
    const mars = (await SyncSession.open(stored.dataSource, 'mars'))!;
    const run = await mars.recordRunStarted({ source: 'cost-explorer', trigger: 'once' });
    await mars.replaceCostDay(run, dayCosts([['prod', 'compute', '5']]), BASIS, HUB_POLICY);
    await mars.close();
    await sync('30');
    await sleep(1_200);
    expect(await costOfProd()).toBe('30.00');
  });

  it('is the new one of every process', async () => {
    const another = await RunningApi.start(stored.url, CLUSTER);
    try {
      expect([await costOfProd(api), await costOfProd(another)]).toEqual(['30.00', '30.00']);
      await sync('31');
      await eventually(async () => {
        expect([await costOfProd(api), await costOfProd(another)]).toEqual(['31.00', '31.00']);
      });
    } finally {
      await another.stop();
    }
  });

  it('about the only cluster is none about one of two', async () => {
    const unnamed = await RunningApi.start(stored.url);
    try {
      expect(await costOfProd(unnamed)).toBe('30.00');
      expect(await costOfProd(unnamed)).toBe('30.00');
      const mars = (await SyncSession.open(stored.dataSource, 'mars'))!;
      await mars.close();
      await eventually(async () => expect((await unnamed.get(QUESTION)).status).toBe(400));
    } finally {
      await unnamed.stop();
    }
  });

  it('is never shown to somebody who may see less', async () => {
    const all = makeToken('all', []);
    const staging = makeToken('staging-team', ['staging']);
    const tokens = [all, staging].map(({ entry }) => ({
      name: entry.name,
      sha256: entry.hash.replace('sha256:', ''),
      hubs: entry.scope === 'all' ? undefined : entry.scope,
      cluster: entry.scope === 'all' ? undefined : CLUSTER,
      shared: true,
    }));
    const guarded = await RunningApi.start(stored.url, CLUSTER, { tokens });
    try {
      const namesFor = async (token?: string) => {
        const { status, json } = await guarded.get(QUESTION, token ? { authorization: `Bearer ${token}` } : {});
        return status === 200 ? (json as { name: string }[]).map(({ name }) => name) : status;
      };
      for (let round = 0; round < 3; round++) {
        expect(await namesFor(all.token)).toEqual(['prod', 'staging']);
        expect(await namesFor(staging.token)).toEqual(['staging']);
        expect(await namesFor()).toBe(401);
        expect(await namesFor('all.wrong')).toBe(401);
      }
    } finally {
      await guarded.stop();
    }
  });

  it('counts in the metrics under its route, from memory too', async () => {
    for (let round = 0; round < 3; round++) await costOfProd();
    expect((await api.get('/metrics')).text).toContain('route="/total_costs_per_hub",status="200"} 3\n');
  });
});

describe('the same question, asked by many at once', () => {
  it('is put to the database once', async () => {
    let answers: Promise<(string | undefined)[]> | undefined;
    await whileCostsAreLocked(async () => {
      answers = Promise.all(Array.from({ length: 20 }, () => costOfProd()));
      await eventually(async () => expect(await waitingForLock()).toBe(1));
      // Time for a second one to get there.
      await sleep(300);
      expect(await waitingForLock()).toBe(1);
    });
    expect(await answers).toEqual(Array.from({ length: 20 }, () => '30.00'));
  });

  it('is answered to all others when the first goes away', async () => {
    let answer: Promise<string | undefined> | undefined;
    await whileCostsAreLocked(async () => {
      const first = new AbortController();
      const given = fetch(api.url + QUESTION, { signal: first.signal });
      await eventually(async () => expect(await waitingForLock()).toBe(1));
      answer = costOfProd();
      await sleep(100);
      first.abort();
      await expect(given).rejects.toThrow('abort');
      await sleep(100);
    });
    expect(await answer).toBe('30.00');
  });
});

describe('a client that has the answer already', () => {
  it('gets 304 until a figure changes, however the answer was found', async () => {
    const { headers } = await api.get(QUESTION);
    const etag = headers.get('etag')!;
    expect(etag).toMatch(/^"[\w-]{27}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const { status, text, headers } = await api.get(QUESTION, { 'if-none-match': known });
      expect([status, text, headers.get('etag')]).toEqual([304, '', etag]);
    }
    const another = await RunningApi.start(stored.url, CLUSTER);
    expect((await another.get(QUESTION, { 'if-none-match': etag })).status).toBe(304);
    await another.stop();
    expect((await api.get(QUESTION, { 'if-none-match': '"other"' })).status).toBe(200);
    await sync('31');
    await eventually(async () => {
      const { status, headers } = await api.get(QUESTION, { 'if-none-match': etag });
      expect(status).toBe(200);
      expect(headers.get('etag')).not.toBe(etag);
    });
  });
});

describe('a compressed answer', () => {
  it.each(['gzip', 'br'])('as %s is the same as a plain one, and has its own validator', async (coding) => {
    await stored.query(
      `INSERT INTO attributed_costs (cluster, day, hub, service, component, amount_usd)
       SELECT cluster, day, 'hub-' || n, service, component, n FROM attributed_costs, generate_series(1, 100) n
       WHERE hub = 'prod'`,
    );
    const plain = await api.get(QUESTION, { 'accept-encoding': 'identity' });
    for (let round = 0; round < 3; round++) {
      const compressed = await api.get(QUESTION, { 'accept-encoding': coding });
      expect(compressed.headers.get('content-encoding')).toBe(coding);
      expect(Number(compressed.headers.get('content-length'))).toBeLessThan(plain.text.length / 4);
      expect(compressed.headers.get('vary')).toBe('Accept-Encoding');
      expect(compressed.text).toBe(plain.text);
      const etag = compressed.headers.get('etag')!;
      expect(etag).not.toBe(plain.headers.get('etag'));
      const again = await api.get(QUESTION, { 'accept-encoding': coding, 'if-none-match': etag });
      expect(again.status).toBe(304);
    }
  });
});
