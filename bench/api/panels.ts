import { addDays, startOfDay, type DayWindow } from '#libs/domain';
import { readSqlFile } from '#migrations';
import { DASHBOARDS, sqlQueriesOf } from '../../test/medium/grafana/dashboard-files.js';
import { Grafana } from '../../test/medium/grafana/grafana.js';
import { connect } from '../bench-server.js';
import { CLUSTER } from '../made-up-days.js';
import { formatMs, type Report } from '../report.js';
import { median, timed } from '../timing.js';

const SHOWN = 5;
/** Every row that a panel about people can need, once. */
const SUM = `SELECT sum(amount_usd) FROM reporting.daily_user_costs WHERE cluster = $1 AND day >= $2 AND day < $3`;

/** Every query of the dashboards as Grafana sends it, with All picked, beside the sum of the days' user costs. */
export async function benchPanels(databaseUrl: string, window: DayWindow, runs: number, report: Report): Promise<void> {
  const client = await connect(databaseUrl);
  await client.query(readSqlFile('roles.sql'));
  const range = { from: startOfDay(window.from), to: startOfDay(addDays(window.until, -1)) };
  const grafana = await Grafana.connect(databaseUrl, range);
  try {
    const sumMs = await medianOf(runs, () => client.query(SUM, [CLUSTER, window.from, window.until]));
    const panels: { title: string; ms: number }[] = [];
    for (const query of DASHBOARDS.flatMap(sqlQueriesOf)) {
      report.progress(`${query.dashboard}: ${query.title}`);
      const ms = await medianOf(runs, () => grafana.ask(query, { cluster: CLUSTER, top_users: '10' }));
      panels.push({ title: `${query.dashboard}: ${query.title}`, ms });
    }
    const slowest = panels.sort((a, b) => b.ms - a.ms).slice(0, SHOWN);
    report.table(
      [`the ${SHOWN} slowest of ${panels.length} panels and pickers`, 'time (≤ 1 s)', 'ratio (≤ 5)'],
      [
        ['SELECT sum(…) over the same rows', formatMs(sumMs), '1'],
        ...slowest.map(({ title, ms }) => [title, formatMs(ms), (ms / sumMs).toFixed(2)]),
      ],
    );
  } finally {
    await grafana.close();
    await client.end();
  }
}

/** After one run that does not count. */
async function medianOf(runs: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run <= runs; run++) times.push(await timed(work));
  return median(times.slice(1));
}
