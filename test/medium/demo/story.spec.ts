import { demoEnvironment } from '../../../apps/demo/src/demo-environment.js';
import { syncOnce } from '../../../apps/demo/src/sync-once.js';
import { RUNS_OF_STORY, startSimulator } from '../../../apps/simulator/src/index.js';
import { createTestDatabase, openClient } from '../../support/database.js';

const environment = { ...process.env };
afterEach(() => {
  process.env = { ...environment };
});

it('the demo has a failed run, a retried one, restatements of both signs, a day that was not read, a month that rose, one hub research', async () => {
  const simulator = await startSimulator({ estate: { historyDays: 24, users: 12 }, story: true });
  const database = await createTestDatabase();
  const client = await openClient(database.url);
  try {
    const cluster = { simulator, prometheusUrl: undefined };
    const { signal } = new AbortController();
    for (let run = 1; run <= RUNS_OF_STORY; run += 1)
      await syncOnce(demoEnvironment({}, database.url, cluster), cluster, signal, run === 2);
    const { rows: runs } = await client.query(
      `SELECT status, requests FROM sync_runs WHERE source = 'cost-explorer' ORDER BY id`,
    );
    expect(runs.map(({ status }) => status)).toEqual(['succeeded', 'failed', 'succeeded']);
    // The request that was throttled is paid for, too.
    expect(runs[2].requests).toBe(6 + 1);

    const { rows } = await client.query(
      `SELECT
         (SELECT array_agg(DISTINCT sign(coalesce(after_usd, 0) - coalesce(before_usd, 0))::integer) FROM cost_restatements) AS signs,
         (SELECT count(DISTINCT day)::integer FROM day_costs WHERE reason = 'usage not read' AND day >= $1) AS lost,
         (SELECT count(DISTINCT day)::integer FROM day_costs WHERE reason IN ('idle', 'no usage') AND component = 'compute' AND day >= $1) AS idle,
         (SELECT count(*)::integer FROM cost_days WHERE estimated) AS estimated,
         (SELECT array_agg(DISTINCT hub ORDER BY hub) FROM user_usage WHERE hub LIKE 'research%') AS research,
         (SELECT sum(amount_usd) FROM attributed_costs WHERE service LIKE '% - Compute' AND component = 'core' AND day = $2)
           / (SELECT sum(amount_usd) FROM attributed_costs WHERE service LIKE '% - Compute' AND component = 'core' AND day = $3) AS rose`,
      [simulator.estate.usageFrom, ...theMonths(simulator.estate.options.today)],
    );
    expect(rows[0]).toMatchObject({ signs: [-1, 1], lost: 1, estimated: 3, research: ['research'] });
    expect(rows[0].idle).toBeGreaterThan(0);
    // 1.35 times, of what varies by a tenth up and down.
    expect(Number(rows[0].rose)).toBeGreaterThan(1.35 * (0.9 / 1.1));
  } finally {
    await client.end();
    await database.drop();
    await simulator.close();
  }
});

/** The first of the month of yesterday, which rose, and the day before it. */
function theMonths(today: string): [string, string] {
  const month = new Date(Date.parse(today) - 86_400_000).toISOString().slice(0, 7);
  return [`${month}-01`, new Date(Date.parse(`${month}-01`) - 86_400_000).toISOString().slice(0, 10)];
}
