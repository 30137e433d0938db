import { startPrometheus } from '#libs/embedded';
import { addDays } from '#libs/domain';
import { historyText, startSimulator, type Simulator } from '../../../apps/simulator/src/index.js';
import { createEmptyTestDatabase } from '../../support/database.js';
import { killLeftSyncs, runSync } from '../sync/sync-process.js';
import { BuiltApi } from './built-api.js';
import type { DayRange, Sources } from './existing-tool/existing-tool.js';

/** Long enough for a day without users, a hub that rests for weeks, and people who come and go. */
const HISTORY_DAYS = 21;

/**
 * One account and cluster, which the existing tool asks directly, and which the built sync has read into a database that
 * the built API answers from. The settings are those under which both promise the same.
 */
export class ParityEstate {
  private constructor(
    readonly simulator: Simulator,
    readonly api: BuiltApi,
    readonly sources: Sources,
    private readonly stops: readonly (() => Promise<unknown>)[],
  ) {}

  static async start(): Promise<ParityEstate> {
    const stops: (() => Promise<unknown>)[] = [];
    try {
      const simulator = await startSimulator({ estate: { historyDays: HISTORY_DAYS, users: 30 } });
      stops.unshift(() => simulator.close());
      const prometheus = await startPrometheus({ history: historyText(simulator.estate) });
      stops.unshift(() => prometheus.stop());
      const database = await createEmptyTestDatabase();
      stops.unshift(() => database.drop());
      const { clusterName } = simulator.estate.options;
      const sources = { costExplorerUrl: simulator.url, prometheusUrl: prometheus.url, clusterName };
      await sync(database.url, sources);
      const api = await BuiltApi.start(database.url);
      stops.unshift(() => api.stop());
      return new ParityEstate(simulator, api, sources, stops);
    } catch (error) {
      // Whatever runs on keeps Jest from ending.
      await stopAll(stops);
      throw error;
    }
  }

  async stop(): Promise<void> {
    await stopAll(this.stops);
  }

  /** Whole days, the first of two months among them: today is left out, whose usage is still to come. */
  get costDays(): DayRange {
    return this.daysUntilYesterday(45);
  }

  /** The whole days that Prometheus remembers. */
  get usageDays(): DayRange {
    return this.daysUntilYesterday(HISTORY_DAYS);
  }

  daysUntilYesterday(count: number): DayRange {
    const { today } = this.simulator.estate.options;
    return { from: addDays(today, -count), to: addDays(today, -1) };
  }
}

async function sync(databaseUrl: string, sources: Sources): Promise<void> {
  const { code, stdout, stderr } = await runSync(['--once'], {
    DATABASE_URL: databaseUrl,
    CLUSTER_NAME: sources.clusterName,
    PROMETHEUS_URL: sources.prometheusUrl,
    AWS_ENDPOINT_URL_COST_EXPLORER: sources.costExplorerUrl,
    ALLOCATION: 'cluster',
    COMPUTE_MEASURE: 'memory_requested',
    IDLE: 'shared',
    COST_BASIS: 'unblended',
    USAGE_RESOLUTION: '5m',
  });
  if (code !== 0) throw new Error(`the sync failed: ${stdout}${stderr}`);
}

async function stopAll(stops: readonly (() => Promise<unknown>)[]): Promise<void> {
  killLeftSyncs();
  for (const stop of stops) await stop();
}
