import { findPrometheus, startPrometheusWithHistory } from '#libs/embedded';
import { historyText, startSimulator, type Simulator } from '../../simulator/src/index.js';
import type { Stoppers } from './stoppers.js';

/** Where the make-believe account and cluster answer. */
export interface DemoCluster {
  readonly clusterName: string;
  readonly costExplorerUrl: string;
  readonly prometheusUrl: string;
}

/** As coarse as the sync reads it in the demo: five times less to import than a scrape every minute. */
export const DEMO_RESOLUTION_SECONDS = 300;
const SECONDS_PER_HOUR = 3600;
const DAYS_OF_USAGE = 90;

/** Starts the simulator, and a real Prometheus with 90 days of its metrics; where none can be had, the simulator answers. */
export async function startCluster(stoppers: Stoppers, say: (text: string) => void): Promise<DemoCluster> {
  const until = new Date();
  const from = new Date(until.getTime() - DAYS_OF_USAGE * 86_400_000);
  const history = {
    from,
    until,
    scrapeIntervalSeconds: DEMO_RESOLUTION_SECONDS,
    directoryIntervalSeconds: SECONDS_PER_HOUR,
  };
  const simulator = await startSimulator({ estate: { historyDays: DAYS_OF_USAGE }, history });
  stoppers.add(() => simulator.close());
  return {
    clusterName: simulator.estate.options.clusterName,
    costExplorerUrl: simulator.url,
    prometheusUrl: await startMetrics(simulator, history, stoppers, say),
  };
}

async function startMetrics(
  simulator: Simulator,
  history: Parameters<typeof historyText>[1],
  stoppers: Stoppers,
  say: (text: string) => void,
): Promise<string> {
  const found = await findPrometheus();
  if ('unavailable' in found) {
    say(`No Prometheus (${found.unavailable}): the simulator answers the sync's queries itself.`);
    return simulator.url;
  }
  say('Starting Prometheus with 90 days of metrics …');
  const prometheus = await startPrometheusWithHistory(historyText(simulator.estate, history));
  stoppers.add(() => prometheus.stop());
  return prometheus.url;
}
