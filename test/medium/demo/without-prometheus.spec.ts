import { addDays } from '#libs/domain';
import { demoEnvironment } from '../../../apps/demo/src/demo-environment.js';
import { syncOnce } from '../../../apps/demo/src/sync-once.js';
import { startSimulator } from '../../../apps/simulator/src/index.js';
import { createTestDatabase, openClient } from '../../support/database.js';

const environment = { ...process.env };
afterEach(() => {
  process.env = { ...environment };
});

it('without a Prometheus the demo stores what everybody really used, and allocates all of it', async () => {
  const simulator = await startSimulator({ estate: { historyDays: 3, users: 12 } });
  const database = await createTestDatabase();
  const client = await openClient(database.url);
  try {
    const cluster = { simulator, prometheusUrl: undefined };
    const { signal } = new AbortController();
    const summary = await syncOnce(demoEnvironment({}, database.url, cluster), cluster, signal);
    expect(summary).toContain('there is no Prometheus on this machine');

    const day = addDays(simulator.estate.options.today, -2);
    const truth = simulator.estate.trueByteSeconds(day);
    const trueSum = (component: string) =>
      truth.reduce((sum, row) => sum + (row.component === component ? row.byteSeconds : 0n), 0n);
    const { rows } = await client.query(
      `SELECT sum(quantity) FILTER (WHERE measure = 'memory_requested')::text AS memory,
         sum(quantity) FILTER (WHERE measure = 'home_stored')::text AS home,
         (SELECT sum(direct_usd + shared_usd) - (SELECT cluster_usd FROM cost_days WHERE day = $1)
            FROM user_costs WHERE day = $1)::float AS missing_usd,
         (SELECT count(*)::int FROM usage_days WHERE status = 'missing') AS missing_days
       FROM user_usage WHERE day = $1`,
      [day],
    );
    expect(trueSum('compute')).toBeGreaterThan(0n);
    expect(rows).toEqual([
      { memory: `${trueSum('compute')}.000`, home: `${trueSum('home storage')}.000`, missing_usd: 0, missing_days: 0 },
    ]);
  } finally {
    await client.end();
    await database.drop();
    await simulator.close();
  }
});
