import 'reflect-metadata';
import { startPostgres } from '#libs/embedded';
import { stopOnSignals } from '../../sync/src/stop-signals.js';
import { demoEnvironment } from './demo-environment.js';
import { serveApi } from './serve-api.js';
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
    say('Starting PostgreSQL …');
    const postgres = await startPostgres({ fsync: false });
    stoppers.add(() => postgres.stop());

    const cluster = await startCluster(stoppers, say);
    const environment = demoEnvironment(process.env, postgres.url, cluster);

    say('Syncing 13 months of costs and 90 days of usage …');
    say(await syncOnce(environment, cluster, signal));
    if (signal.aborted) return;

    const url = await serveApi(environment, stoppers);
    say(invitation(url, cluster, postgres.url, Date.now() - startedMs));
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await stoppers.stopAll();
  }
}

function invitation(url: string, { prometheusUrl }: DemoCluster, databaseUrl: string, tookMs: number): string {
  const servers = [prometheusUrl && `Prometheus is at ${prometheusUrl}`, `PostgreSQL is at ${databaseUrl}`];
  return `
Ready after ${(tookMs / 1000).toFixed(0)} s. Worth opening:

  ${url}                              the page: what it cost, what rose, who bears it
  ${url}/total_costs_per_hub          what each hub cost, the last 30 days
  ${url}/costs_per_user?limit=5       the five people with the highest costs
  ${url}/docs                         every endpoint, to try out

${servers.filter(Boolean).join(', ')}. Ctrl-C stops everything.
`;
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(`The demo cannot run: ${error.message}`);
    process.exit(1);
  },
);
