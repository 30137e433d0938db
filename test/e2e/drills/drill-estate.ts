import { dayOf } from '#libs/domain';
import { startPrometheus, type EmbeddedPrometheus } from '#libs/embedded';
import {
  historyText,
  startSimulator,
  type Estate,
  type Simulator,
  type SimulatorOptions,
} from '../../../apps/simulator/src/index.js';
import { awayFromMidnight } from '../../support/away-from-midnight.js';

/** Two hubs, one of each way of naming pods, and nobody in them but these. */
const HUBS = [
  { namespace: 'prod', tag: 'prod', slugs: 'safe', weight: 2 },
  { namespace: 'staging', tag: 'staging', slugs: 'legacy', weight: 1 },
] as const;

/** When the drill began, the same for all its estates. */
let begun: Promise<Date> | undefined;

export interface DrillEstate extends Simulator {
  readonly prometheusUrl: string;
}

/** By the days that they remember: estates of one drill that do not differ in these differ in their bills alone. */
const prometheuses = new Map<string, Promise<EmbeddedPrometheus>>();
afterAll(() => Promise.all([...prometheuses.values()].map(async (prometheus) => (await prometheus).stop())));

/**
 * A small cluster, quick to read: 13 months of simulated bills, and a real Prometheus. Time stands still in it:
 * today's usage is the same for a drill's first run and for its last.
 *
 * @param instant when the drill begins; else now, or after midnight where that is near.
 */
export async function startDrillEstate(options: SimulatorOptions = {}, instant?: Date): Promise<DrillEstate> {
  const now = instant ?? (await (begun ??= awayFromMidnight()));
  const today = dayOf(now);
  const simulator = await startSimulator({
    ...options,
    estate: { today, users: 5, historyDays: 2, hubs: HUBS, ...options.estate },
  });
  return { ...simulator, prometheusUrl: (await prometheusOf(simulator.estate, now)).url };
}

function prometheusOf(estate: Estate, until: Date): Promise<EmbeddedPrometheus> {
  const key = `${estate.usageFrom} to ${until.toISOString()}`;
  const prometheus = prometheuses.get(key) ?? startPrometheus({ history: historyText(estate, { until }) });
  prometheuses.set(key, prometheus);
  return prometheus;
}

/** The environment of a sync of this estate. */
export function variablesOf(estate: DrillEstate, databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    CLUSTER_NAME: estate.estate.options.clusterName,
    PROMETHEUS_URL: estate.prometheusUrl,
    AWS_ENDPOINT_URL_COST_EXPLORER: estate.url,
  };
}
