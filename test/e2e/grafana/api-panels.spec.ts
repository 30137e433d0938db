import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { parseApiConfig } from '#libs/config';
import { startPrometheus, type EmbeddedPrometheus } from '#libs/embedded';
import { createApi } from '../../../apps/api/src/create-api.js';
import { DASHBOARDS } from '../../medium/grafana/dashboard-files.js';
import { CLUSTER, fillEstate } from '../../medium/grafana/estate.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

let database: TestDatabase;
let api: NestFastifyApplication;
let prometheus: EmbeddedPrometheus;

const ASKED = ['/live', '/total-costs', '/total-costs?from=yesterday', '/nowhere'];
const GIVE_UP_MS = 120_000;

/** Asks the API until Prometheus has seen the requests grow, however slow this machine is. */
beforeAll(async () => {
  database = await createTestDatabase();
  await fillEstate(database.url);
  api = await createApi(parseApiConfig({ DATABASE_URL: database.url, PORT: '0', CLUSTER_NAME: CLUSTER }), false);
  await api.listen(0, '127.0.0.1');
  const base = await api.getUrl();
  prometheus = await startPrometheus({ scrape: [{ job: 'api', target: `${base}/metrics`, interval: '1s' }] });
  const giveUp = Date.now() + GIVE_UP_MS;
  const growing = `count(rate(cost_monitoring_http_request_duration_seconds_count{route!="/metrics"}[1m]) > 0) >= 4`;
  do {
    await Promise.all(ASKED.map((path) => fetch(base + path)));
    await sleep(500);
  } while ((await query(growing)).length === 0 && Date.now() < giveUp);
});

afterAll(async () => {
  await prometheus?.stop();
  await api?.close();
  await database?.drop();
});

const panels = DASHBOARDS.flatMap(({ panels: all }) => all).flatMap(({ title, targets = [] }) =>
  targets.flatMap(({ expr }): [string, string][] => (expr === undefined ? [] : [[title ?? '', expr]])),
);

/** Asks for a range as Grafana's Prometheus datasource does, the only variable being the rate interval. */
async function query(expression: string): Promise<Series[]> {
  // Prometheus's own clock, which is not this process's when the tests run at another time.
  const clock = await fetch(`${prometheus.url}/api/v1/query?query=time()`);
  const end = Number(((await clock.json()) as { data: { result: [number, string] } }).data.result[1]);
  const body = new URLSearchParams({
    query: expression.replaceAll('$__rate_interval', '1m'),
    start: String(end - 2),
    end: String(end),
    step: '1',
  });
  const response = await fetch(`${prometheus.url}/api/v1/query_range`, { method: 'POST', body });
  const { status, data, error } = (await response.json()) as {
    status: string;
    error?: string;
    data?: { result: Series[] };
  };
  expect([status, error]).toEqual(['success', undefined]);
  return data!.result;
}

const largest = (series: readonly Series[]) =>
  Math.max(...series.flatMap(({ values }) => values.map(([, value]) => Number(value)).filter(Number.isFinite)));

describe('the panels on the API', () => {
  it.each(panels)('%s: %s', async (title, expression) => {
    const series = await query(expression);
    expect([title, series.length > 0]).toEqual([title, true]);
    // Nothing here fails: the line of the faults stays at 0.
    if (expression.includes('5..')) expect(largest(series)).toBe(0);
    else expect(largest(series)).toBeGreaterThan(0);
  });

  it('name routes by their template, and whatever is none by one name', async () => {
    const routes = (await query(panels.find(([title]) => title === 'API requests')![1])).map(
      ({ metric }) => metric['route'],
    );
    expect(routes).toEqual(expect.arrayContaining(['/live', '/total-costs', 'unmatched']));
    expect(routes).not.toContain('/nowhere');
  });

  it('show half of these requests as errors of the one who asks', async () => {
    const share = await query(panels.find(([, expression]) => expression.includes('4..'))![1]);
    // Two of four, less the scrapes, as far as rates of a few seconds go.
    expect(largest(share)).toBeGreaterThan(0.25);
    expect(largest(share)).toBeLessThan(0.75);
  });
});
