import { addDays, startOfDay } from '#libs/domain';
import { DASHBOARDS, sqlQueriesOf, type DashboardQuery } from '../../test/medium/grafana/dashboard-files.js';
import { Grafana } from '../../test/medium/grafana/grafana.js';
import { BenchServer, connect } from '../database/bench-server.js';
import { fillHistory } from '../database/made-up-history.js';
import { formatCount, formatMs, type Report } from '../report.js';
import type { Sizes } from '../sizes.js';
import { median } from '../timing.js';

const CLUSTER = 'hub-cluster';
const UNTIL = '2026-11-01';
const RANGE_DAYS = 90;

/** What is picked at the top of the dashboards; every other picker is at All. */
const PICKED = {
  All: {},
  'one hub': { hub: ['hub-1'] },
  'one group': { usergroup: ['group-1'] },
  'no group': { usergroup: ['none'] },
  'five groups': { usergroup: ['group-1', 'group-2', 'group-3', 'group-4', 'none'] },
  'one user': { user: ['person-000042@example.org'] },
  'user in a group': { user: ['person-000041@example.org'], usergroup: ['group-5'] },
};

/**
 * Every query of the dashboards over 90 days of `--users` (2,000), of a database with `--days` (365) of them: as
 * `grafana_reader`, expanded as Grafana does, with All picked and with one hub, group or user.
 */
export async function benchGrafana({ users = 2_000, days = 365, runs = 5 }: Sizes, report: Report): Promise<void> {
  report.section(`Grafana: ${RANGE_DAYS} days of ${formatCount(users)} users`);
  const server = await BenchServer.start({ fsync: false });
  try {
    const url = await server.createDatabase('grafana');
    const client = await connect(url);
    const size = { clusters: [CLUSTER], usersPerCluster: users, days, until: UNTIL };
    await fillHistory(client, size, (text) => report.progress(text));
    await client.end();
    const range = { from: startOfDay(addDays(UNTIL, -RANGE_DAYS)), to: startOfDay(addDays(UNTIL, -1)) };
    const grafana = await Grafana.connect(url, range);
    try {
      const rows: string[][] = [];
      for (const query of DASHBOARDS.flatMap(sqlQueriesOf)) {
        report.progress(`${query.dashboard}: ${query.title}`);
        rows.push([query.dashboard.replace('jupyterhub-', ''), query.title, ...(await measure(grafana, query, runs))]);
      }
      report.table(['dashboard', 'panel or variable', ...Object.keys(PICKED)], rows);
    } finally {
      await grafana.close();
    }
  } finally {
    await server.stop();
  }
}

/** Planning and executing, without sending; the median of the runs, after one that does not count. */
async function measure(grafana: Grafana, query: DashboardQuery, runs: number): Promise<string[]> {
  const cells: string[] = [];
  for (const picked of Object.values(PICKED)) {
    const sql = await grafana.expand(query, { cluster: CLUSTER, top_users: '10', ...picked });
    const times: number[] = [];
    for (let run = 0; run <= runs; run += 1) {
      const { rows } = await grafana.run(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`);
      const [plan] = rows[0]![0] as unknown as [{ 'Planning Time': number; 'Execution Time': number }];
      if (run > 0) times.push(plan['Planning Time'] + plan['Execution Time']);
    }
    cells.push(formatMs(median(times)));
  }
  return cells;
}
