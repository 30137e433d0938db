import { addDays, dayOf } from '#libs/domain';
import type { Client } from 'pg';
import { databaseOfFile, openClient, type TestDatabase } from '../../support/database.js';
import { RunningApi } from './running-api.js';

const TODAY = dayOf(new Date());

let database: TestDatabase;
let api: RunningApi;
let client: Client;

beforeAll(async () => {
  database = await databaseOfFile();
  client = await openClient(database.url);
  api = await RunningApi.start(database.url, 'alpha');
});

beforeEach(async () => {
  await client.query('TRUNCATE sync_runs, usage_days RESTART IDENTITY CASCADE');
});

async function record(run: { source: string; status: string; error?: string; minutesAgo: number }): Promise<void> {
  await client.query(`INSERT INTO sync_locks (cluster) VALUES ('alpha') ON CONFLICT DO NOTHING`);
  await client.query(
    `INSERT INTO sync_runs (cluster, source, trigger, status, error, started_at, finished_at)
     VALUES ('alpha', $1, 'schedule', $2, $3, now() - make_interval(mins => $4), now() - make_interval(mins => $4))`,
    [run.source, run.status, run.error ?? null, run.minutesAgo],
  );
}

describe('/health', () => {
  it('is ok when the last sync of every source succeeded and no day of usage is missing', async () => {
    await record({ source: 'cost-explorer', status: 'succeeded', minutesAgo: 10 });
    await record({ source: 'prometheus', status: 'succeeded', minutesAgo: 20 });
    const { status, json } = await api.get('/health');
    expect({ status, overall: json.status }).toEqual({ status: 200, overall: 'ok' });
    expect(json.details.syncs.sources).toEqual([
      expect.objectContaining({ cluster: 'alpha', source: 'cost-explorer', lastStatus: 'succeeded', lastError: null }),
      expect.objectContaining({ cluster: 'alpha', source: 'prometheus', lastStatus: 'succeeded', lastError: null }),
    ]);
    const [costs, usage] = json.details.syncs.sources;
    expect(costs.ageSeconds).toBeGreaterThanOrEqual(600);
    expect(costs.ageSeconds).toBeLessThan(660);
    expect(usage.ageSeconds).toBeGreaterThanOrEqual(1200);
  });

  it('is degraded, and still 200, before the first sync', async () => {
    const { status, json } = await api.get('/health');
    expect({ status, overall: json.status }).toEqual({ status: 200, overall: 'degraded' });
    expect((await api.get('/ready')).status).toBe(200);
  });

  it('gives the last error without account numbers and addresses, and the age of the last good sync', async () => {
    await record({ source: 'cost-explorer', status: 'succeeded', minutesAgo: 600 });
    await record({
      source: 'cost-explorer',
      status: 'failed',
      minutesAgo: 5,
      error:
        'User: arn:aws:sts::123456789012:assumed-role/x is not authorized at https://ce.internal:8443/y\n  at stack',
    });
    const { json, text } = await api.get('/health');
    const [costs] = json.details.syncs.sources;
    expect(costs).toMatchObject({
      lastStatus: 'failed',
      lastError: 'User: arn:… is not authorized at …://…',
    });
    expect(costs.ageSeconds).toBeGreaterThanOrEqual(36_000);
    expect(text).not.toMatch(/123456789012|internal|at stack/);
  });

  const day = (daysAgo: number) => addDays(TODAY, -daysAgo);

  /** Rows of `days ago, dataset, hub, status, coverage`. */
  async function read(...rows: readonly (readonly [number, string, string, string, number])[]): Promise<void> {
    await record({ source: 'prometheus', status: 'succeeded', minutesAgo: 1 });
    for (const [daysAgo, dataset, hub, status, coverage] of rows) {
      await client.query(
        `INSERT INTO usage_days (cluster, day, dataset, hub, status, coverage, detail, read_at, run_id, method, digest)
         VALUES ('alpha', $1, $2, $3, $4, $5, CASE $4 WHEN 'missing' THEN 'no samples' END, now(), 1, '', '')`,
        [day(daysAgo), dataset, hub, status, coverage],
      );
    }
  }

  it('is ok on a new installation: what Prometheus is too young to know is no gap', async () => {
    const before = Array.from({ length: 40 }, (_, n) => n + 3).flatMap((daysAgo) =>
      ['compute', 'home storage', 'memberships'].map((dataset) => [daysAgo, dataset, '', 'missing', 0] as const),
    );
    // Scraped since the afternoon of the day before yesterday; nobody deployed the groups exporter.
    await read(
      ...before,
      [2, 'compute', '', 'final', 0.4],
      [2, 'home storage', 'prod', 'final', 0.4],
      [2, 'memberships', '', 'missing', 0],
      [1, 'compute', '', 'final', 1],
      [1, 'home storage', 'prod', 'final', 1],
      [1, 'memberships', '', 'missing', 0],
      [0, 'compute', '', 'provisional', 0.3],
    );
    const { json } = await api.get('/health');
    expect(json.details.usage).toEqual({ status: 'up', gaps: [] });
    expect(json.status).toBe('ok');
  });

  it('lists each gap of the last thirty days once, as a range, and is degraded while one is recent', async () => {
    await read(
      [45, 'compute', '', 'missing', 0],
      [9, 'compute', '', 'final', 1],
      [8, 'compute', '', 'missing', 0],
      [7, 'compute', '', 'missing', 0],
      [6, 'compute', '', 'final', 0.999],
      [5, 'compute', '', 'final', 0.5],
      [3, 'compute', '', 'final', 1],
      [2, 'compute', '', 'final', 1],
      [1, 'compute', '', 'provisional', 0.3],
      [9, 'memberships', '', 'final', 1],
      [8, 'memberships', '', 'missing', 0],
      [7, 'memberships', '', 'missing', 0],
      ...[6, 5, 4, 3, 2, 1].map((daysAgo) => [daysAgo, 'memberships', '', 'final', 1] as const),
    );
    const { json, text } = await api.get('/health');
    const gap = { cluster: 'alpha', datasets: ['compute'], hubs: [] };
    const old = [
      { ...gap, from: day(8), to: day(7), status: 'missing', coverage: 0, datasets: ['compute', 'memberships'] },
      { ...gap, from: day(5), to: day(5), status: 'partial', coverage: 0.5 },
      { ...gap, from: day(4), to: day(4), status: 'unread', coverage: null },
    ];
    expect(json.details.usage).toEqual({ status: 'up', gaps: old });
    expect(text.split(day(8))).toHaveLength(2);

    await client.query(
      `UPDATE usage_days SET status = 'missing', coverage = 0, detail = 'no samples' WHERE day = $1 AND dataset = 'compute'`,
      [day(1)],
    );
    const recent = { ...gap, from: day(1), to: day(1), status: 'missing', coverage: 0 };
    const after = await api.get('/health');
    expect(after.json.details.usage).toEqual({ status: 'degraded', gaps: [...old, recent] });
    expect(after.json.status).toBe('degraded');
  });

  it('is degraded when the last good run of a source is older than a day and a bit; allocation runs when it must', async () => {
    await record({ source: 'allocation', status: 'succeeded', minutesAgo: 60 * 24 * 40 });
    await record({ source: 'cost-explorer', status: 'succeeded', minutesAgo: 29 * 60 });
    expect((await api.get('/health')).json.status).toBe('ok');
    await record({ source: 'prometheus', status: 'succeeded', minutesAgo: 31 * 60 });
    expect((await api.get('/health')).json.status).toBe('degraded');
  });
});

describe('/metrics', () => {
  it('gives when each source last succeeded and whether its last run failed', async () => {
    await record({ source: 'cost-explorer', status: 'succeeded', minutesAgo: 10 });
    await record({ source: 'prometheus', status: 'failed', error: 'down', minutesAgo: 5 });
    const { text, headers } = await api.get('/metrics');
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(text).toMatch(
      /cost_monitoring_sync_last_success_timestamp_seconds\{cluster="alpha",source="cost-explorer"\} 1\d{9}/,
    );
    expect(text).not.toMatch(/last_success_timestamp_seconds\{cluster="alpha",source="prometheus"\}/);
    expect(text).toContain('cost_monitoring_sync_last_run_failed{cluster="alpha",source="prometheus"} 1');
    expect(text).toContain('cost_monitoring_database_up 1');
  });

  it('counts requests by route template, whatever paths are tried', async () => {
    await api.get('/total-costs?hub=somebody');
    await api.get('/scan/1');
    await api.get('/scan/2');
    await api.get('/%zz');
    const { text } = await api.get('/metrics');
    expect(text).toContain('request_duration_seconds_count{method="GET",route="/total-costs",status="200"} 1');
    expect(text).toContain('request_duration_seconds_count{method="GET",route="unmatched",status="404"} 2');
    expect(text).not.toMatch(/scan|somebody|zz/);
  });

  it('tells the days whose compute fell back to memory requests, and what to do while it goes on', async () => {
    await record({ source: 'cost-explorer', status: 'succeeded', minutesAgo: 10 });
    const day = (daysAgo: number) => addDays(TODAY, -daysAgo);
    const store = async (daysAgo: number, method: string, measures: string[]) => {
      await client.query(
        `INSERT INTO cost_days (cluster, day, account_usd, cluster_usd, estimated, basis, attribution, policy, digest, run_id)
         VALUES ('alpha', $1, 0, 0, false, 'amortized', '', $2, '', 1)`,
        [day(daysAgo), JSON.stringify({ allocation: 'hub', measures })],
      );
      await client.query(
        `INSERT INTO usage_days (cluster, day, dataset, status, coverage, detail, read_at, run_id, hub, method, digest)
         VALUES ('alpha', $1, 'compute', 'final', 1, NULL, now(), 1, '', $2, '')`,
        [day(daysAgo), method],
      );
    };
    const compute = async () => {
      const { json } = await api.get('/health');
      return (json as { details: { compute: unknown } }).details.compute;
    };
    const both = ['compute by node_share', 'compute by memory_requested'];
    await store(3, 'memory_requested cpu_requested', both);
    await store(2, 'node_share memory_requested', both);
    const fallback = { cluster: 'alpha', days: 1, lastDay: day(3) };
    expect(await compute()).toEqual({ status: 'up', fallbacks: [{ ...fallback, goesOn: false }] });

    // A deployment that wants memory requests has nothing to mend.
    await store(1, 'memory_requested', ['compute by memory_requested']);
    expect(await compute()).toEqual({ status: 'up', fallbacks: [{ ...fallback, goesOn: false }] });

    await client.query(`UPDATE cost_days SET policy = $1 WHERE day = $2`, [JSON.stringify({ measures: both }), day(1)]);
    expect(await compute()).toMatchObject({
      status: 'degraded',
      message: expect.stringContaining('--metric-labels-allowlist=nodes=[*]'),
      fallbacks: [{ cluster: 'alpha', days: 2, lastDay: day(1), goesOn: true }],
    });
    const methods = await client.query(`SELECT method, is_fallback FROM reporting.usage_days ORDER BY day`);
    expect(methods.rows).toEqual([
      { method: 'memory_requested', is_fallback: true },
      { method: 'node_share', is_fallback: false },
      { method: 'memory_requested', is_fallback: true },
    ]);
    await client.query(`TRUNCATE cost_days CASCADE`);
  });
});
