import { startSimulator, type Simulator, type SimulatorOptions } from '../../../apps/simulator/src/index.js';

/** Two hubs, one of each way of naming pods, and nobody in them but these. */
const HUBS = [
  { namespace: 'prod', tag: 'prod', slugs: 'safe', weight: 2 },
  { namespace: 'staging', tag: 'staging', slugs: 'legacy', weight: 1 },
] as const;

/** Time stands still for all simulators of a drill: today's usage is the same for its first run and for its last. */
const STARTED_AT = new Date();

/** A small cluster whose Cost Explorer and Prometheus are one simulator: quick to read, and 13 months of bills. */
export async function startDrillEstate(options: SimulatorOptions = {}): Promise<Simulator> {
  return startSimulator({
    now: () => STARTED_AT,
    ...options,
    estate: { users: 5, historyDays: 2, hubs: HUBS, ...options.estate },
  });
}

/** The environment of a sync of this estate. */
export function variablesOf(simulator: Simulator, databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    CLUSTER_NAME: simulator.estate.options.clusterName,
    PROMETHEUS_URL: simulator.url,
    AWS_ENDPOINT_URL_COST_EXPLORER: simulator.url,
  };
}
