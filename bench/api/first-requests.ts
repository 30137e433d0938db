import {
  costsPerUser,
  totalCostsPerHub,
  totalUsage,
  type NameFilters,
  type Scope,
  type Statement,
} from '#libs/database/queries';
import { addDays, dayOf } from '#libs/domain';
import { CLUSTER } from '../made-up-days.js';
import { formatBytes, formatMs, type Report } from '../report.js';
import { median } from '../timing.js';
import { hasPsql, timePsql } from './psql.js';
import type { ServerProcess } from './server-process.js';

const ALL: NameFilters = {
  hub: undefined,
  component: undefined,
  user: undefined,
  usergroup: undefined,
  service: undefined,
  instance_type: undefined,
};
const FORM = { precision: 'rounded', groups: 'full', unallocated: false, limit: undefined, per: 'user' } as const;

const STATEMENTS: Readonly<Record<string, (scope: Scope) => Statement>> = {
  '/total_costs_per_hub': (scope) => totalCostsPerHub(scope, ALL, FORM),
  '/costs_per_user': (scope) => costsPerUser(scope, ALL, FORM),
  '/total_usage': (scope) => totalUsage(scope, ALL),
};

/** Of so many days. Each offset is another window, so that the API has none of them in its memory. */
function windowOf(days: number, offset: number) {
  const until = addDays(dayOf(new Date()), -offset);
  return { from: addDays(until, -days), until };
}

interface Response {
  readonly ms: number;
  readonly bytes: number;
}

async function request(api: ServerProcess, path: string, days: number, offset: number): Promise<Response> {
  const { from, until } = windowOf(days, offset);
  const last = addDays(until, -1);
  const range = path.includes('?') ? `&window=${from},${last}` : `?from=${from}&to=${last}`;
  const started = performance.now();
  const response = await fetch(`${api.url}${path}${range}&cluster=${CLUSTER}`, {
    headers: { 'accept-encoding': 'identity' },
  });
  const { byteLength } = await response.arrayBuffer();
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return { ms: performance.now() - started, bytes: byteLength };
}

/** Requests about 30 days that the API has not seen before, beside psql with the same SQL, by turns. */
export async function benchFirstRequests(
  api: ServerProcess,
  databaseUrl: string,
  runs: number,
  report: Report,
): Promise<void> {
  const rows: string[][] = [];
  for (const [path, statementOf] of Object.entries(STATEMENTS)) {
    report.progress(`${path} from the database`);
    const turns: (Response & { psqlMs: number })[] = [];
    // The first turn fills caches.
    for (let run = 0; run <= runs; run++) {
      const statement = statementOf({ cluster: CLUSTER, window: windowOf(30, run), hubs: undefined });
      const psqlMs = await timePsql(databaseUrl, statement);
      turns.push({ psqlMs, ...(await request(api, path, 30, run)) });
    }
    const of = (figure: (turn: (typeof turns)[number]) => number) => median(turns.slice(1).map(figure));
    rows.push([
      path,
      formatBytes(of(({ bytes }) => bytes)),
      formatMs(of(({ psqlMs }) => psqlMs)),
      formatMs(of(({ ms }) => ms)),
      of(({ ms, psqlMs }) => ms / psqlMs).toFixed(2),
    ]);
  }
  report.table(['first request', 'body', hasPsql ? 'psql' : 'pg client', 'API', 'ratio (≤ 1.3)'], rows);
}

/** Milliseconds of first requests about 30 days, by path: other windows than those of benchFirstRequests. */
export async function time30Days(api: ServerProcess, runs: number): Promise<Record<string, number>> {
  return timeFirst(api, Object.keys(STATEMENTS), { days: 30, runs, offset: 20 });
}

/** Requests about twelve months. */
export async function benchMonths(api: ServerProcess, runs: number, report: Report): Promise<void> {
  const byMonth = ['hub,user', 'usergroup', 'service', 'instance_type'].map(
    (dimensions) => `/allocation?aggregate=${dimensions}&step=1M`,
  );
  const paths = ['/total_costs_per_hub', '/total_costs_per_component', '/total_costs_per_group', ...byMonth];
  const times = await timeFirst(api, paths, { days: 365, runs, offset: 0 });
  const rows = Object.entries(times).map(([path, ms]) => [path, formatMs(ms)]);
  report.table(['a request about twelve months', 'time (≤ 1 s)'], rows);
}

async function timeFirst(
  api: ServerProcess,
  paths: readonly string[],
  { days, runs, offset }: { readonly days: number; readonly runs: number; readonly offset: number },
): Promise<Record<string, number>> {
  const times: Record<string, number> = {};
  for (const path of paths) {
    const own: number[] = [];
    for (let run = 0; run <= runs; run++) own.push((await request(api, path, days, offset + run)).ms);
    times[path] = median(own.slice(1));
  }
  return times;
}
