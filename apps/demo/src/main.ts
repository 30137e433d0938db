import 'reflect-metadata';
import { addDays, dayOf, firstOfMonth, type Day } from '#libs/domain';
import { startPostgres } from '#libs/embedded';
import { RUNS_OF_STORY } from '../../simulator/src/index.js';
import { stopOnSignals } from '../../sync/src/stop-signals.js';
import { demoEnvironment } from './demo-environment.js';
import { look } from './look.js';
import { checkPort, serveApi } from './serve-api.js';
import { startCluster, type DemoCluster } from './start-cluster.js';
import { Stoppers } from './stoppers.js';
import { syncOnce } from './sync-once.js';

/** The whole system in one process, on simulated data and real servers, until it gets a signal. */
async function main(): Promise<void> {
  const startedMs = Date.now();
  const signal = stopOnSignals();
  const stoppers = new Stoppers();
  const say = (text: string) => console.log(text);
  try {
    await checkPort(process.env);
    say('Starting PostgreSQL …');
    const postgres = await startPostgres({ fsync: false });
    stoppers.add(() => postgres.stop());

    const cluster = await startCluster(stoppers, say, `http://127.0.0.1:${process.env['PORT'] || 8080}/metrics`);
    const environment = demoEnvironment(process.env, postgres.url, cluster);

    say('Syncing 13 months of costs and 90 days of usage …');
    say(await syncOnce(environment, cluster, signal));
    say('Twice more: Cost Explorer refuses one run and throttles the other, and has restated some days …');
    for (let run = 2; run <= RUNS_OF_STORY && !signal.aborted; run += 1)
      await syncOnce(environment, cluster, signal, run < RUNS_OF_STORY);
    if (signal.aborted) return;

    const url = await serveApi(environment, stoppers);
    const today = dayOf(new Date());
    say(`\n${await look(url, today)}`);
    say(invitation(url, today, cluster, postgres.url, Date.now() - startedMs));
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await stoppers.stopAll();
  }
}

const HUB_COSTS = 'SELECT hub, sum(amount_usd) FROM reporting.daily_hub_costs GROUP BY hub';

function invitation(
  url: string,
  today: Day,
  { prometheusUrl }: DemoCluster,
  databaseUrl: string,
  tookMs: number,
): string {
  const [from, to] = [firstOfMonth(today, -1), addDays(firstOfMonth(today), -1)];
  return `Ready after ${(tookMs / 1000).toFixed(0)} s. Worth a look:

  ${url}                        the page: what it cost, what rose, who bears it
  ${url}/total_costs_per_hub    what each hub cost, the last 30 days
  ${url}/docs                   every endpoint, to try out

Last month per person, for a spreadsheet:

  ${url}/costs_per_user?from=${from}&to=${to}&step=all&groups=split&unallocated=include&format=csv&bom=yes

The same figures in SQL:

  psql '${databaseUrl}' -c '${HUB_COSTS}'

docs/questions.md has more.${prometheusUrl ? ` Prometheus is at ${prometheusUrl}.` : ''} Ctrl-C stops everything.
`;
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(`The demo cannot run: ${error.message}`);
    process.exit(1);
  },
);
