import { readFileSync } from 'node:fs';
import { addDays, dayOf } from '#libs/domain';
import type { Client } from 'pg';
import { databaseOfFile, openClient, type TestDatabase } from '../../support/database.js';
import { fillDerived } from '../../support/fill-derived.js';
import { RunningApi } from './running-api.js';

const TODAY = dayOf(new Date());
const day = (daysAgo: number) => addDays(TODAY, -daysAgo);

let database: TestDatabase;
let client: Client;
let api: RunningApi;
let text: string;

beforeAll(async () => {
  database = await databaseOfFile();
  client = await openClient(database.url);
  await client.query(
    `INSERT INTO sync_runs (cluster, source, trigger, status, requests, rows_written, error, started_at, finished_at) VALUES
      ('alpha', 'cost-explorer', 'startup', 'succeeded', 5, 100, NULL, '2025-03-01T00:00:00Z', '2025-03-01T00:00:30Z'),
      ('alpha', 'cost-explorer', 'schedule', 'failed', 2, 0, 'down', '2025-03-02T00:00:00Z', '2025-03-02T00:00:04Z'),
      ('alpha', 'cost-explorer', 'schedule', 'succeeded', 5, 20, NULL, '2025-03-03T00:00:00Z', '2025-03-03T00:00:10.5Z'),
      ('alpha', 'prometheus', 'schedule', 'failed', 0, 0, 'down', '2025-03-03T00:00:00Z', '2025-03-03T00:00:01Z'),
      ('alpha', 'prometheus', 'schedule', 'running', 0, 7, NULL, '2025-03-04T00:00:00Z', NULL),
      ('beta', 'cost-explorer', 'schedule', 'running', 0, 0, NULL, '2025-03-04T00:00:00Z', NULL)`,
  );
  // Account of the newest settled day, two days ago: 90; of the 28 days before it 10, 11, … 37, whose median is 23.5.
  await client.query(
    `INSERT INTO cost_days (cluster, day, account_usd, estimated, basis, attribution, run_id, cluster_usd, policy, digest)
     SELECT 'alpha', $1::date - n, CASE WHEN n = 2 THEN 90 WHEN n < 2 THEN 1 WHEN n > 30 THEN 5000 ELSE n + 7 END, true,
       'amortized', 'x', 1, 0, '', '' FROM generate_series(0, 40) n`,
    [TODAY],
  );
  await client.query(
    `INSERT INTO attributed_costs (cluster, day, hub, service, component, amount_usd) VALUES
      ('alpha', $1, 'prod', 'a', 'compute', 40),
      ('alpha', $1, 'prod', 'b', 'compute', 20.5),
      ('alpha', $1, 'support', 'c', 'core', 2),
      ('alpha', $2, 'prod', 'a', 'compute', 8),
      ('alpha', $3, 'prod', 'a', 'compute', 999)`,
    [day(2), day(29), day(30)],
  );
  await client.query(
    `INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups, reason) VALUES
      ('alpha', $1, 'prod', 'alice', 'compute', 55.25, 0, '{?}', NULL),
      ('alpha', $1, 'prod', NULL, 'compute', 5.25, 0, NULL, 'idle'),
      ('alpha', $1, 'support', NULL, 'core', 2, 0, NULL, 'not allocated'),
      ('alpha', $2, 'prod', NULL, 'compute', 8, 0, NULL, 'idle'),
      ('alpha', $3, 'prod', NULL, 'compute', 999, 0, NULL, 'idle')`,
    [day(2), day(29), day(30)],
  );
  await client.query(
    `INSERT INTO budgets (cluster, name, period_from, period_until, per, kind, hub, username, basis, amount_usd,
       spent_before_usd, spent_usd, missing_days, reason, forecast_usd, forecast_reason, thresholds)
     SELECT 'alpha', name, since::date, until::date, 'month', kind, 'prod', username, 'tagged', 200, 0, spent, 0,
       CASE WHEN spent IS NULL THEN 'not yet' END, forecast, CASE WHEN forecast IS NULL THEN 'too little' END, '[]'
     FROM (VALUES
       ('prod', $1, $2, 'hub', NULL, 90, 300), ('young', $1, $2, 'hub', NULL, NULL, NULL), ('past', $3, $1, 'hub', NULL, 90, 90),
       ('of ada', $1, $2, 'user', 'ada', 90, NULL)
     ) AS budget (name, since, until, kind, username, spent, forecast)`,
    [day(3), day(-3), day(30)],
  );
  await client.query(
    `INSERT INTO anomalies (cluster, day, hub, component, username, amount_usd, usual_usd, most_usd, alert) VALUES
       ('alpha', '2025-03-08', 'prod', NULL, 'ada', 50, 1, 6, 'pending')`,
  );
  await client.query(
    `INSERT INTO budget_events (cluster, budget, period_from, measured, threshold, occurrence, event, threshold_usd, measured_usd, day, alert)
     VALUES ('alpha', 'prod', $1, 'actual', '40%', 1, 'passed', 80, 90, $1, 'pending')`,
    [day(3)],
  );
  await client.query(
    `INSERT INTO cost_restatements (cluster, day, hub, service, component, before_usd, after_usd, reason, run_id, seen_at) VALUES
      ('alpha', $1, 'prod', 'a', 'compute', 30, 40, 'restated', 3, '2025-03-03T00:00:05Z'),
      ('alpha', $1, 'prod', 'b', 'compute', 21, 20.5, 'restated', 3, '2025-03-03T00:00:05Z'),
      ('alpha', $1, 'prod', 'd', 'compute', 0.25, NULL, 'restated', 3, '2025-03-03T00:00:05Z'),
      ('alpha', $1, 'prod', 'a', 'compute', NULL, 7, 'attribution', 4, '2025-03-04T00:00:05Z')`,
    [day(2)],
  );
  // Compute: yesterday was read while it ran, the day before is whole. The exporter of staging was away, and sandbox has none.
  await client.query(
    `INSERT INTO usage_days (cluster, day, dataset, hub, status, coverage, detail, read_at, run_id, method, digest)
     SELECT 'alpha', $1::date - n, dataset, hub, status, coverage, CASE status WHEN 'missing' THEN 'x' END, now(), 4, '', ''
     FROM (VALUES (1, 'compute', '', 'provisional', 0.9), (2, 'compute', '', 'final', 1), (3, 'compute', '', 'final', 0.2),
       (1, 'home storage', 'staging', 'missing', 0), (2, 'home storage', 'staging', 'final', 1),
       (1, 'home storage', 'prod', 'final', 0.75), (2, 'home storage', 'sandbox', 'missing', 0),
       (9, 'memberships', '', 'final', 1)) AS read (n, dataset, hub, status, coverage)`,
    [TODAY],
  );
  await fillDerived(database.url);
  api = await RunningApi.start(database.url, 'alpha');
  ({ text } = await api.get('/metrics'));
});

/** The samples of a metric, as `labels value`, in order. */
function samples(name: string, of = text): string[] {
  const lines = of.matchAll(new RegExp(`^cost_monitoring_${name}(?:\\{(.*)\\})? (.*)$`, 'gm'));
  return [...lines].map(([, labels = '', value = '']) => `${labels} ${value}`).toSorted();
}

const costs = 'cluster="alpha",source="cost-explorer"';
const usage = 'cluster="alpha",source="prometheus"';
const beta = 'cluster="beta",source="cost-explorer"';

describe('/metrics', () => {
  it('counts the runs of each source, how long they took, and what they did and paid', () => {
    expect(samples('sync_runs_total')).toEqual([
      `${costs},status="failed" 1`,
      `${costs},status="succeeded" 2`,
      `${usage},status="failed" 1`,
      `${usage},status="succeeded" 0`,
      `${beta},status="failed" 0`,
      `${beta},status="succeeded" 0`,
    ]);
    expect(samples('sync_run_seconds_total')).toEqual([`${costs} 44.5`, `${usage} 1`, `${beta} 0`]);
    expect(samples('sync_requests_total')).toEqual([`${costs} 12`, `${usage} 0`, `${beta} 0`]);
    expect(samples('sync_requests_usd_total')).toEqual([`${costs} 0.12`, `${usage} 0`, `${beta} 0`]);
    expect(samples('sync_rows_written_total')).toEqual([`${costs} 120`, `${usage} 7`, `${beta} 0`]);
  });

  it('gives the last run that ended, and the last that succeeded, where there was one', () => {
    expect(samples('sync_last_run_duration_seconds')).toEqual([`${costs} 10.5`, `${usage} 1`]);
    expect(samples('sync_last_run_failed')).toEqual([`${costs} 0`, `${usage} 1`]);
    expect(samples('sync_last_success_timestamp_seconds')).toEqual([
      `${costs} ${Date.parse('2025-03-03T00:00:10.5Z') / 1000}`,
    ]);
  });

  it('adds up what restatements changed, up and down', () => {
    expect(samples('restated_usd_total')).toEqual([
      'cluster="alpha",reason="attribution" 7',
      'cluster="alpha",reason="restated" 10.75',
    ]);
  });

  it('gives what was attributed in the last 30 days, and what of it nobody bears', () => {
    expect(samples('attributed_usd')).toEqual([
      'cluster="alpha",component="compute" 68.5',
      'cluster="alpha",component="core" 2',
    ]);
    expect(samples('unallocated_usd')).toEqual([
      'cluster="alpha",component="compute" 13.25',
      'cluster="alpha",component="core" 2',
    ]);
  });

  it('gives the newest settled day, and the median of the four weeks before it', () => {
    expect(samples('settled_day_cost_usd')).toEqual([
      'cluster="alpha",name="account" 90',
      'cluster="alpha",name="attributable" 62.5',
    ]);
    expect(samples('usual_day_cost_usd')).toEqual([
      'cluster="alpha",name="account" 23.5',
      'cluster="alpha",name="attributable" 0',
    ]);
  });

  it('gives the coverage of the newest day that is over, of each dataset and hub that ever had samples', () => {
    expect(samples('usage_coverage')).toEqual([
      'cluster="alpha",dataset="compute",hub="" 1',
      'cluster="alpha",dataset="home storage",hub="prod" 0.75',
      'cluster="alpha",dataset="home storage",hub="staging" 0',
    ]);
  });

  it('gives how much of each budget is used and expected in this period, and names no user', () => {
    expect(samples('budget_used_ratio')).toEqual(['cluster="alpha",budget="prod",kind="hub" 0.45']);
    expect(samples('budget_forecast_ratio')).toEqual(['cluster="alpha",budget="prod",kind="hub" 1.5']);
    // One of a budget, one of an anomaly.
    expect(samples('alerts_waiting')).toEqual(['cluster="alpha" 2']);
    expect(text).not.toContain('ada');
  });

  it('names its metrics and labels as Prometheus wants them, each with help and a type', () => {
    const names = [...text.matchAll(/^# TYPE (cost_monitoring_\S+) (\S+)$/gm)].map(([, name = '', type]) => [
      name,
      type,
    ]);
    for (const [name = '', type] of names) {
      expect(text).toMatch(new RegExp(`^# HELP ${name} \\S`, 'm'));
      expect([name, type === 'counter']).toEqual([name, name.endsWith('_total')]);
    }
    expect(names.length).toBeGreaterThanOrEqual(15);
  });

  it('has every metric that an alert or a dashboard asks for', () => {
    const asking = ['grafana/prometheus/alerts.yml', 'grafana/dashboards/sync-health.json'];
    const asked = new Set(asking.flatMap((file) => readFileSync(file, 'utf8').match(/\bcost_monitoring_\w+/g) ?? []));
    expect(asked.size).toBeGreaterThan(5);
    const had = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect([...asked].filter((name) => !had.includes(name.replace(/_(bucket|sum|count)$/, '')))).toEqual([]);
  });

  it('shows nothing of a database that is away, and all else', async () => {
    const away = await RunningApi.start('postgres://nobody:secret@127.0.0.1:1/nothing', 'alpha');
    try {
      await away.get('/total_costs');
      const reply = await away.get('/metrics');
      expect(reply.status).toBe(200);
      expect(samples('database_up', reply.text)).toEqual([' 0']);
      expect(samples('sync_runs_total', reply.text)).toEqual([]);
      expect(samples('http_request_duration_seconds_count', reply.text)).toEqual([
        'method="GET",route="/total_costs",status="503" 1',
      ]);
      expect(reply.text).toContain('process_cpu_seconds_total');
      expect(reply.text).not.toMatch(/secret|nobody/);
    } finally {
      await away.stop();
    }
  });

  it('asks the database again only when some seconds have passed', async () => {
    const fresh = await RunningApi.start(database.url, 'alpha');
    let nowMs = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
    try {
      const scrapes = await Promise.all(Array.from({ length: 20 }, () => fresh.get('/metrics')));
      for (const scrape of scrapes) expect(samples('database_up', scrape.text)).toEqual([' 1']);
      await client.query(`UPDATE sync_runs SET rows_written = 21 WHERE rows_written = 20`);
      expect(samples('sync_rows_written_total', (await fresh.get('/metrics')).text)[0]).toBe(`${costs} 120`);
      nowMs += 5000;
      expect(samples('sync_rows_written_total', (await fresh.get('/metrics')).text)[0]).toBe(`${costs} 121`);
    } finally {
      jest.restoreAllMocks();
      await fresh.stop();
    }
  });
});
