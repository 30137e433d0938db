import { monitoredFigures, usageGaps } from '#libs/database/queries';
import { addDays, dayOf, type Day, type DayWindow } from '#libs/domain';
import { CitusServers } from '../../test/citus/citus-servers.js';
import { ServerProcess } from '../api/server-process.js';
import { connect } from '../bench-server.js';
import type { Sizes } from '../main.js';
import { formatCount, formatMs, type Report } from '../report.js';
import { median, timed } from '../timing.js';
import { killWorkerWhileStoring, moveShardWhileStoring } from './disturbances.js';
import { clusterNames, fillClusters, storeDayOfEach } from './many-clusters.js';

const SETTINGS = ['shared_buffers=1GB', 'max_wal_size=2GB', 'jit=off'];
/** Sessions that store at the same time. */
const PARALLEL = 4;

/** The databases that are compared: on one server, and over a coordinator and two workers. */
export interface Both {
  readonly plain: string;
  readonly citus: string;
}
const SIDES = ['plain', 'citus'] as const;

/**
 * `--clusters` (200) of `--users` (500) over `--days` (90) on one PostgreSQL, and on a coordinator and two workers beside it, all of
 * the PostgreSQL of CITUS_BIN: what the same work costs on both, by turns, and what happens when workers change.
 */
export async function benchCitus(sizes: Sizes, report: Report): Promise<void> {
  const { users = 500, days = 90, clusters = 200, runs = 5 } = sizes;
  if (!process.env['CITUS_BIN']) throw new RangeError('citus needs CITUS_BIN, as CONTRIBUTING.md says');
  report.section(`Citus: ${clusters} clusters of ${users} users over ${days} days`);
  const names = clusterNames(clusters);
  const today = dayOf(new Date());
  // Days that are stored later are after these.
  const window = { from: addDays(today, -days - 30), until: addDays(today, -30) };
  const servers = await CitusServers.start({ fsync: true, more: SETTINGS });
  try {
    // Roles that are made while there are workers are made on them, too.
    const citus = await servers.createDistributed('bench_citus');
    const both = { citus, plain: await servers.createPlain('bench_plain') };
    report.progress('filling both');
    const [plainMs, citusMs] = await Promise.all(SIDES.map((side) => fillClusters(both[side], names, window, users)));
    await describeSizes(both, report);
    const rows = [row(`the first ${days} days of a cluster`, [plainMs!], [citusMs!])];
    const storing = { users, runs: Math.min(runs, 3), names, report };
    rows.push(...(await timeStoring(both, window.until, storing)));
    rows.push(...(await timeRequests(both, window, { names, runs, report })));
    rows.push(...(await timeOverviews(both, window, runs, report)));
    report.table(['what', 'one server', 'Citus', 'ratio'], rows);
    const later = addDays(window.until, 20);
    await moveShardWhileStoring(both.citus, names[0]!, { from: later, users }, report);
    await killWorkerWhileStoring(
      both,
      servers,
      names,
      { day: addDays(window.until, 19), users, parallel: PARALLEL },
      report,
    );
  } finally {
    await servers.stop();
  }
}

async function describeSizes(both: Both, report: Report): Promise<void> {
  for (const side of SIDES) {
    const client = await connect(both[side]);
    const { rows } = await client.query<{ costs: string; size: string }>(
      side === 'plain'
        ? `SELECT (SELECT count(*) FROM user_costs) AS costs, pg_size_pretty(pg_database_size(current_database())) AS size`
        : `SELECT (SELECT count(*) FROM user_costs) AS costs, pg_size_pretty(sum(shard_size)) AS size FROM citus_shards`,
    );
    await client.end();
    report.note(`${side}: ${formatCount(Number(rows[0]!.costs))} user costs, ${rows[0]!.size}`);
  }
}

function row(what: string, plain: readonly number[], citus: readonly number[]): string[] {
  const ratio = median(plain.map((ms, index) => citus[index]! / ms));
  return [what, formatMs(median(plain)), formatMs(median(citus)), ratio.toFixed(2)];
}

/** Each turn on both, one after the other; the first of the two changes. The first turn fills caches. */
async function byTurns(both: Both, runs: number, work: (side: keyof Both, turn: number) => Promise<unknown>) {
  const times = { plain: [] as number[], citus: [] as number[] };
  for (let turn = 0; turn <= runs; turn++) {
    for (const side of turn % 2 ? SIDES : SIDES.toReversed()) times[side].push(await timed(() => work(side, turn)));
  }
  return [times.plain.slice(1), times.citus.slice(1)] as const;
}

interface Asked {
  readonly names: readonly string[];
  readonly runs: number;
  readonly report: Report;
}

async function timeStoring(both: Both, first: Day, { names, runs, users, report }: Asked & { users: number }) {
  const rows: string[][] = [];
  let day = first;
  for (const [clusters, parallel] of [
    [names.slice(0, 20), 1],
    [names, PARALLEL],
  ] as const) {
    const what = `storing a day of ${clusters.length} clusters, ${parallel} at a time`;
    report.progress(what);
    const start = day;
    const times = await byTurns(both, runs, async (side, turn) => {
      const failed = await storeDayOfEach(both[side], clusters, { day: addDays(start, turn), users, parallel });
      if (failed.size > 0) throw new Error([...failed.values()][0]);
    });
    day = addDays(day, runs + 1);
    rows.push(row(what, ...times));
  }
  return rows;
}

/** What the API is asked about one cluster: another one each turn, so that it has nothing of it in its memory. */
const PATHS = [
  '/total_costs?',
  '/total_costs_per_hub?',
  '/total_costs_per_component?',
  '/total_costs_per_group?',
  '/costs_per_user?',
  '/users_with_multiple_groups?',
  '/total_usage?',
  '/allocation?aggregate=service&step=1M',
  '/allocation?aggregate=hub,user&step=1M',
];

async function timeRequests(both: Both, window: DayWindow, { names, runs, report }: Asked): Promise<string[][]> {
  const rows: string[][] = [];
  const [from, to] = [window.from, addDays(window.until, -1)];
  const apis = { plain: await ServerProcess.startApi(both.plain), citus: await ServerProcess.startApi(both.citus) };
  try {
    for (const path of PATHS) {
      report.progress(path);
      const range = path.startsWith('/allocation') ? `window=${from},${to}` : `from=${from}&to=${to}`;
      const times = await byTurns(both, runs, async (side, turn) => {
        const cluster = names[(turn * 17) % names.length]!;
        const response = await fetch(`${apis[side].url}${path}&${range}&cluster=${cluster}`);
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`${path}: ${response.status}`);
      });
      rows.push(row(`${path.replace(/\?$/, '')} of a cluster`, ...times));
    }
  } finally {
    await Promise.all(Object.values(apis).map((api) => api.stop()));
  }
  return rows;
}

/** What reads all clusters. */
async function timeOverviews(both: Both, window: DayWindow, runs: number, report: Report): Promise<string[][]> {
  const range = [addDays(window.until, -30), window.until];
  const statements = {
    'cost of every cluster by day': {
      text: `SELECT cluster, day, amount_usd FROM reporting.daily_total_costs WHERE name = 'attributable' AND day >= $1 AND day < $2`,
      values: range,
    },
    'cost of every cluster by component': {
      text: `SELECT cluster, component, sum(amount_usd) FROM reporting.daily_allocated_costs WHERE day >= $1 AND day < $2 GROUP BY 1, 2`,
      values: range,
    },
    'each user of every cluster': {
      text: `SELECT cluster, hub, username, sum(amount_usd) FROM reporting.daily_user_costs WHERE day >= $1 AND day < $2 GROUP BY 1, 2, 3`,
      values: range,
    },
    'figures of /metrics': monitoredFigures(addDays(window.until, -1)),
    'usage gaps of /health': usageGaps({ from: range[0]!, until: range[1]! }),
  };
  const rows: string[][] = [];
  const clients = { plain: await connect(both.plain), citus: await connect(both.citus) };
  for (const [what, { text, values }] of Object.entries(statements)) {
    report.progress(what);
    const times = await byTurns(both, Math.min(runs, 3), (side) =>
      clients[side].query({ text, values: [...values], rowMode: 'array' }),
    );
    rows.push(row(`${what}, 30 days`, ...times));
  }
  await Promise.all(Object.values(clients).map((client) => client.end()));
  return rows;
}
