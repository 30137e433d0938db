import type { PrometheusConfig } from '#libs/config';
import { dayOf, startOfDay, type Day, type DayWindow, type UsageDataset, type UserLabels } from '#libs/domain';
import { convertUserLabels } from './convert.js';
import { INSPECTED_COUNTS, INSPECTED_DIRECTORIES, INSPECTED_NAMESPACES } from './inspection-queries.js';
import { coverageOf, DATASETS } from './measures.js';
import { PrometheusClient } from './prometheus.client.js';
import { memberships, presence } from './queries.js';

/** What Prometheus holds of the last day: numbers of series, or of pods where the name says so. */
export type ClusterCounts = Readonly<Record<keyof typeof INSPECTED_COUNTS, number>>;

export interface ClusterMetrics {
  readonly counts: ClusterCounts;
  /** Home directories of the last day. */
  readonly directories: readonly { readonly namespace: string; readonly directory: string }[];
  /** Namespaces in which a pod bore a username. */
  readonly podNamespaces: readonly string[];
  /** What the groups exporters say of each person. */
  readonly labels: readonly UserLabels[];
}

const TIMEOUT_MS = 60_000;
/** 1,600 points for 13 months, of the 11,000 that a server allows; an instant costs a look at the index. */
const MEMORY_STEP_SECONDS = 6 * 3600;

/**
 * Asks Prometheus what a usage sync depends on and never checks: which metrics and labels are there, and since when.
 * Every method throws PrometheusError, at once: somebody is waiting.
 */
export class PrometheusInspector {
  readonly #client: PrometheusClient;

  constructor(config: PrometheusConfig) {
    this.#client = new PrometheusClient(config, { timeoutMs: TIMEOUT_MS, retryPausesMs: [] });
  }

  /** The day before `now`. */
  async fetchMetrics(now: Date): Promise<ClusterMetrics> {
    const counts: Record<string, number> = {};
    for (const [name, query] of Object.entries(INSPECTED_COUNTS)) {
      counts[name] = (await this.#client.fetchInstant(query, now))[0]?.value ?? 0;
    }
    const directories = await this.#client.fetchInstant(INSPECTED_DIRECTORIES, now);
    const namespaces = await this.#client.fetchInstant(INSPECTED_NAMESPACES, now);
    const members = await this.#client.fetchInstant(memberships(), now);
    // Series without a name are counted above; they are nobody's labels.
    const named = members.filter(({ labels }) => labels['namespace'] && labels['username']);
    return {
      counts: counts as ClusterCounts,
      directories: directories.map(({ labels: { namespace = '', directory = '' } }) => ({ namespace, directory })),
      podNamespaces: namespaces.map(({ labels: { namespace = '' } }) => namespace),
      labels: convertUserLabels(dayOf(now), named),
    };
  }

  /** The first day of the window of which Prometheus has samples of the dataset, at a look every six hours. */
  async fetchFirstDays(window: DayWindow, now: Date): Promise<Map<UsageDataset, Day>> {
    const first = new Map<UsageDataset, Day>();
    for (const dataset of DATASETS) {
      const [instant] = await this.#client.fetchInstantsWithValue(
        presence(coverageOf(dataset, MEMORY_STEP_SECONDS).selector),
        startOfDay(window.from),
        now,
        MEMORY_STEP_SECONDS,
      );
      if (instant) first.set(dataset, dayOf(instant));
    }
    return first;
  }
}
