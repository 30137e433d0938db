import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SyncSession } from '#libs/database';
import { CLUSTER, openStoredCluster, type StoredCluster } from '../database/stored-cluster.js';
import { addCost, fillCosts, runBudgets } from './budget-estate.js';

const BUDGETS = `
budgets:
  - { name: prod, hub: prod, per: month, amount: 2000, thresholds: [{ everyUsd: 500 }, { percent: 100, on: forecast }] }
  - { name: summer, hub: prod, from: 2026-08-30, to: 2026-09-01, amount: 200, thresholds: [{ percent: 100 }] }
`;
const PASSED_500 =
  'earth: budget prod passed 500 USD on 2026-11-08: 700.00 USD of 2,000.00 USD spent, from 2026-11-01 to 2026-11-30';
const EXPECTED_100 =
  'earth: budget prod is expected to pass 100%: 2,100.00 USD of 2,000.00 USD at its end, from 2026-11-01 to 2026-11-30';

let server: Server;
let texts: string[];
let ids: (string | string[] | undefined)[];
let status: number;
/** Called before a response, which waits for it. */
let before: () => Promise<void> | void;
let stored: StoredCluster;
const webhookUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

beforeEach(async () => {
  [texts, ids, status, before] = [[], [], 200, () => undefined];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', async () => {
      texts.push((JSON.parse(body) as { text: string }).text);
      ids.push(request.headers['webhook-id']);
      await before();
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stored = await openStoredCluster();
  await fillCosts(stored.url);
});

afterEach(async () => {
  await stored.end();
  server.closeAllConnections();
  server.close();
});

const run = (more = {}) => runBudgets(stored, { budgets: BUDGETS, webhookUrl: webhookUrl(), ...more });
/** How far the alerts of a period are. */
const states = async (period = '2026-11-01') => {
  const rows = await stored.query<{ alert: string }>(
    `SELECT alert FROM budget_events WHERE period_from = $1 ORDER BY alert`,
    [period],
  );
  return rows.map(({ alert }) => alert);
};

describe('alerts', () => {
  it('are sent once for each threshold that was passed, but not of a period that was over before anybody asked', async () => {
    expect(await run()).toMatchObject({ status: 'succeeded', notes: [] });
    expect(texts).toEqual([PASSED_500, EXPECTED_100]);
    expect(await run()).toMatchObject({ status: 'skipped' });
    expect(texts).toHaveLength(2);
    expect(await states()).toEqual(['sent', 'sent']);
    expect(await states('2026-10-01')).toEqual(['none', 'none', 'none', 'none']);
    expect(await states('2026-08-30')).toEqual(['none']);
  });

  it('that nobody takes wait, and are sent by the next run, with the same id', async () => {
    status = 500;
    expect(await run()).toMatchObject({
      status: 'succeeded',
      notes: ['the alert webhook took 0 of 2 alerts: HTTP 500; the next run sends the others'],
    });
    expect(texts).toEqual([PASSED_500, PASSED_500, PASSED_500]);
    expect(await states()).toEqual(['pending', 'pending']);
    status = 200;
    expect(await run()).toMatchObject({ status: 'succeeded', notes: [] });
    expect(texts.slice(3)).toEqual([PASSED_500, EXPECTED_100]);
    expect(new Set(ids.slice(0, 4)).size).toBe(1);
    await run();
    expect(texts).toHaveLength(5);
  });

  it('of which one is refused do not keep the others back', async () => {
    before = () => void (status = texts.at(-1) === PASSED_500 ? 400 : 200);
    await run();
    expect(texts).toEqual([PASSED_500, EXPECTED_100]);
    expect(await states()).toEqual(['pending', 'sent']);
  });

  it('that a process was sending when it stopped are not lost, and those that it had sent are not repeated', async () => {
    const stop = new AbortController();
    before = () => (texts.length === 2 ? stop.abort() : undefined);
    await run({ signal: stop.signal });
    expect(texts).toEqual([PASSED_500, EXPECTED_100]);
    expect(await states()).toEqual(['pending', 'sent']);
    before = () => undefined;
    await run();
    expect(texts).toEqual([PASSED_500, EXPECTED_100, EXPECTED_100]);
    expect(ids[2]).toBe(ids[1]);
  });

  it('are sent by one of two syncs: the other does not get the cluster', async () => {
    let other: SyncSession | undefined;
    before = async () => {
      other = await SyncSession.open(stored.dataSource, CLUSTER);
    };
    await run();
    expect(other).toBeUndefined();
    expect(texts).toEqual([PASSED_500, EXPECTED_100]);
  });

  it('are not sent on by a process that lost the cluster to another', async () => {
    before = async () => {
      await stored.query(
        `UPDATE sync_runs SET status = 'failed', error = 'taken over', finished_at = now() WHERE status = 'running'`,
      );
    };
    await expect(run()).rejects.toThrow('another process took over the cluster');
    expect(texts).toEqual([PASSED_500]);
    before = () => undefined;
    await run();
    // The response to the first was lost with the process.
    expect(texts).toEqual([PASSED_500, PASSED_500, EXPECTED_100]);
  });

  it('say that a restatement takes a budget under a threshold, and that it passes again', async () => {
    await run();
    texts = [];
    await addCost(stored.url, '2026-11-05', 'prod', 'ada', -250);
    await run();
    expect(texts).toEqual([
      'earth: budget prod is under 500 USD again, since stored costs changed: 450.00 USD of 2,000.00 USD, from 2026-11-01 to 2026-11-30',
    ]);
    await run();
    await addCost(stored.url, '2026-11-05', 'prod', 'ada', 250);
    await run();
    expect(texts.slice(1)).toEqual([PASSED_500]);
  });

  it('come in the next period anew', async () => {
    await run();
    texts = [];
    await stored.query(
      `WITH days AS (SELECT generate_series('2026-11-12'::date, '2026-12-09'::date, '1 day')::date AS day), made AS (
         INSERT INTO cost_days (cluster, day, account_usd, cluster_usd, estimated, basis, attribution, policy, digest, run_id)
         SELECT $1, day, 0, 70, true, 'amortized', '', '', '', 0 FROM days)
       INSERT INTO attributed_costs (cluster, day, hub, service, component, amount_usd)
       SELECT $1, day, 'prod', 'service', 'compute', 70 FROM days`,
      [CLUSTER],
    );
    await run({ today: '2026-12-10' });
    // November is 2100 by now; December has had eight days, and will have 31.
    expect(texts.map((text) => text.slice('earth: budget '.length, text.indexOf(':', 8)))).toEqual([
      'prod passed 1000 USD on 2026-11-15',
      'prod passed 1500 USD on 2026-11-22',
      'prod passed 2000 USD on 2026-11-29',
      'prod passed 500 USD on 2026-12-08',
      'prod is expected to pass 100%',
    ]);
  });

  it('are not sent of a period that was over before somebody lowered the amount', async () => {
    await run({
      budgets: 'budgets: [{ name: prod, hub: prod, per: month, amount: 9000, thresholds: [{ percent: 20 }] }]',
    });
    expect(texts).toEqual([]);
    await run({
      budgets: 'budgets: [{ name: prod, hub: prod, per: month, amount: 3000, thresholds: [{ percent: 20 }] }]',
    });
    // October cost 2170 USD.
    expect(texts).toEqual([
      'earth: budget prod passed 20% on 2026-11-09: 700.00 USD of 3,000.00 USD spent, from 2026-11-01 to 2026-11-30',
    ]);
    expect(await states('2026-10-01')).toEqual(['none']);
    // Nor that it is under 20 % again after somebody raised it, which passes again at its new amount.
    await run({
      budgets: 'budgets: [{ name: prod, hub: prod, per: month, amount: 4000, thresholds: [{ percent: 20 }] }]',
    });
    expect(texts).toHaveLength(1);
    await addCost(stored.url, '2026-11-05', 'prod', 'ada', 200);
    await run({
      budgets: 'budgets: [{ name: prod, hub: prod, per: month, amount: 4000, thresholds: [{ percent: 20 }] }]',
    });
    expect(texts.slice(1)).toEqual([
      expect.stringMatching(/prod passed 20% on 2026-11-09: 900.00 USD of 4,000.00 USD/),
    ]);
  });

  it('tell of an anomaly once, by the newest days alone', async () => {
    await addCost(stored.url, '2026-11-10', 'staging', 'ada', 25);
    await addCost(stored.url, '2026-10-20', 'staging', 'ada', 99);
    await runBudgets(stored, { webhookUrl: webhookUrl() });
    expect(texts).toEqual([
      'earth: unusual cost on 2026-11-10: compute of hub staging cost 35.00 USD, usually 10.00 USD',
      'earth: unusual cost on 2026-11-10: user ada of hub staging cost 35.00 USD, usually 10.00 USD',
    ]);
    await addCost(stored.url, '2026-11-10', 'staging', 'ada', 1);
    await runBudgets(stored, { webhookUrl: webhookUrl() });
    expect(texts).toHaveLength(2);
    expect(
      await stored.query(
        `SELECT trim_scale(amount_usd) AS usd FROM anomalies WHERE component = 'compute' ORDER BY day`,
      ),
    ).toEqual([{ usd: '109' }, { usd: '36' }]);
  });

  it('are nobody’s where there is no webhook, and stay so when there is one', async () => {
    await run({ webhookUrl: undefined });
    await run();
    expect(texts).toEqual([]);
    expect(await states()).toEqual(['none', 'none']);
  });

  it('wait no more once there is no webhook, or once their budget is taken out of the file', async () => {
    await addCost(stored.url, '2026-11-10', 'staging', 'ada', 25);
    status = 500;
    await run();
    const waiting = () =>
      stored.query(
        `SELECT (SELECT sum(alerts_waiting)::int FROM reporting.budgets) AS budgets,
           (SELECT count(*)::int FROM reporting.anomalies WHERE alert_waits) AS anomalies`,
      );
    expect(await waiting()).toEqual([{ budgets: 2, anomalies: 2 }]);
    await run({ budgets: 'budgets: []' });
    expect(await states()).toEqual(['none', 'none']);
    expect(await run({ webhookUrl: undefined })).toMatchObject({ status: 'succeeded' });
    expect(await waiting()).toEqual([{ budgets: 0, anomalies: 0 }]);
    expect(await run({ webhookUrl: undefined })).toMatchObject({ status: 'skipped' });
    texts = [];
    status = 200;
    await run();
    expect(texts).toEqual([]);
  });
});
