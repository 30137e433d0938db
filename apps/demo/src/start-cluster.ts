import { findPrometheus, startPrometheus } from '#libs/embedded';
import { historyText, startSimulator, type Simulator } from '../../simulator/src/index.js';
import type { Stoppers } from './stoppers.js';

/** The simulated account and cluster. */
export interface DemoCluster {
  readonly simulator: Simulator;
  /** Of a real Prometheus with 90 days of the cluster's metrics; undefined: none can be had on this machine. */
  readonly prometheusUrl: string | undefined;
}

/** As coarse as the sync reads it in the demo: five times less to import than a scrape every minute. */
export const DEMO_RESOLUTION_SECONDS = 300;
const DAYS_OF_USAGE = 90;

/**
 * Starts the simulator, and a real Prometheus with its metrics where one can be had.
 *
 * @param apiMetrics where the API will serve its own metrics, which Prometheus scrapes from then on
 */
export async function startCluster(
  stoppers: Stoppers,
  say: (text: string) => void,
  apiMetrics: string,
): Promise<DemoCluster> {
  const simulator = await startSimulator({ estate: { historyDays: DAYS_OF_USAGE }, story: true });
  stoppers.add(() => simulator.close());
  const found = await findPrometheus();
  if ('unavailable' in found) {
    say(`No Prometheus (${found.unavailable}): the demo stores the simulated usage as it is, read by no query.`);
    return { simulator, prometheusUrl: undefined };
  }
  say('Starting Prometheus with 90 days of metrics …');
  const history = historyText(simulator.estate, {
    scrapeIntervalSeconds: DEMO_RESOLUTION_SECONDS,
    lostDays: simulator.lostDays,
  });
  const prometheus = await startPrometheus({
    history,
    scrape: [{ job: 'jupyterhub-costs-api', target: apiMetrics, interval: '15s' }],
  });
  stoppers.add(() => prometheus.stop());
  return { simulator, prometheusUrl: prometheus.url };
}
