import type { PrometheusConfig } from '#libs/config';
import {
  DEFAULT_ATTRIBUTION,
  dayOf,
  startOfDay,
  type Day,
  type DayWindow,
  type UsageDataset,
  type UserLabels,
} from '#libs/domain';
import { convertUserLabels } from './convert.js';
import {
  clustersAtOnce,
  inspectedCounts,
  inspectedDirectories,
  inspectedNamespaces,
  recentPresence,
  scrapeInterval,
  seenNow,
  unmatchedPods,
} from './inspection-queries.js';
import { MEASURES, sourcesOf, type PrometheusMeasure } from './measures.js';
import { PrometheusClient } from './prometheus.client.js';
import { lastSeen, memberships, presence, SEVERAL_CLUSTERS, type Source } from './queries.js';
import { settingsOf, type QuerySettings } from './selectors.js';

/** What Prometheus holds of the last day: numbers of series, or of pods where the name says so. */
export type ClusterCounts = Readonly<Record<keyof ReturnType<typeof inspectedCounts>, number>>;

export interface ClusterMetrics {
  readonly counts: ClusterCounts;
  /** Home directories of the last day. */
  readonly directories: readonly { readonly namespace: string; readonly directory: string }[];
  /** Up to three pods of users that reach nobody, each `namespace/pod`. */
  readonly unmatchedPods: readonly string[];
  /** Namespaces in which a pod bore a username. */
  readonly podNamespaces: readonly string[];
  /** What the groups exporters say of each person. */
  readonly labels: readonly UserLabels[];
  /** Cluster labels that have several values at once; UNLABELLED: no such label, and several clusters. */
  readonly clusterLabels: readonly string[];
  /** Seconds between two scrapes of kube-state-metrics; undefined: too few in three hours to tell. */
  readonly scrapeSeconds: number | undefined;
  readonly awayExporters: readonly AwayExporter[];
}

/** An exporter of one hub that was there in the last seven days and not in the last hour. */
export interface AwayExporter {
  readonly dataset: UsageDataset;
  readonly namespace: string;
  /** It was seen in the hour before. */
  readonly lastSeen: Date;
}

/** No query of an inspection is by resolution. */
const RESOLUTION_SECONDS = 60;
const TIMEOUT_MS = 60_000;
/** 1,600 points for 13 months, of the 11,000 that a server allows; an instant costs a look at the index. */
const MEMORY_STEP_HOURS = 6;

/**
 * Asks Prometheus what a usage sync depends on and never checks: which metrics and labels are there, and since when.
 * Every method throws PrometheusError, at once: somebody is waiting.
 */
export class PrometheusInspector {
  readonly #client: PrometheusClient;
  readonly #settings: QuerySettings;
  readonly #sources: ReadonlyMap<UsageDataset, Source>;

  constructor(config: PrometheusConfig, measures: readonly PrometheusMeasure[] = MEASURES) {
    this.#sources = sourcesOf(measures);
    this.#client = new PrometheusClient(config, { timeoutMs: TIMEOUT_MS, retryPausesMs: [] });
    this.#settings = settingsOf(config, RESOLUTION_SECONDS);
  }

  /** The day before `now`. */
  async fetchMetrics(now: Date, coreNodeLabel = DEFAULT_ATTRIBUTION.coreNodeLabel): Promise<ClusterMetrics> {
    const counts: Record<string, number> = {};
    for (const [name, query] of Object.entries(inspectedCounts(this.#settings, coreNodeLabel))) {
      counts[name] = (await this.#client.fetchInstant(query, now))[0]?.value ?? 0;
    }
    const directories = await this.#client.fetchInstant(inspectedDirectories(this.#settings), now);
    const namespaces = await this.#client.fetchInstant(inspectedNamespaces(this.#settings), now);
    const unmatched = await this.#client.fetchInstant(unmatchedPods(this.#settings), now);
    const members = await this.#client.fetchInstant(memberships(this.#settings), now);
    const several = await this.#client.fetchInstant(clustersAtOnce(this.#settings), now);
    const interval = await this.#client.fetchInstant(scrapeInterval(this.#settings), now);
    // Series without a name are counted above; they are nobody's labels.
    const named = members.filter(({ labels }) => labels['namespace'] && labels['username']);
    return {
      counts: counts as ClusterCounts,
      directories: directories.map(({ labels: { namespace = '', directory = '' } }) => ({ namespace, directory })),
      unmatchedPods: unmatched.map(({ labels: { namespace = '', pod = '' } }) => `${namespace}/${pod}`).sort(),
      podNamespaces: namespaces.map(({ labels: { namespace = '' } }) => namespace),
      labels: convertUserLabels(dayOf(now), named),
      clusterLabels: several.map(({ labels }) => labels[SEVERAL_CLUSTERS] ?? ''),
      scrapeSeconds: interval[0]?.value,
      awayExporters: await this.#fetchAwayExporters(now),
    };
  }

  async #fetchAwayExporters(now: Date): Promise<AwayExporter[]> {
    const away: AwayExporter[] = [];
    for (const [dataset, source] of this.#sources) {
      if (!source.perHub) continue;
      const here = await this.#client.fetchInstant(seenNow(this.#settings, source.metric), now);
      const present = new Set(here.map(({ labels }) => labels['namespace']));
      for (const { labels, value } of await this.#client.fetchInstant(lastSeen(this.#settings, source), now)) {
        const { namespace = '' } = labels;
        if (!present.has(namespace)) away.push({ dataset, namespace, lastSeen: new Date(value * 1000) });
      }
    }
    return away;
  }

  /** By dataset, the first day of the window of which Prometheus has samples, at a look every six hours; undefined: none. */
  async fetchFirstDays(window: DayWindow, now: Date): Promise<Map<UsageDataset, Day | undefined>> {
    const first = new Map<UsageDataset, Day | undefined>();
    for (const [dataset, source] of this.#sources) {
      const [instant] = await this.#client.fetchInstantsWithValue(
        presence(this.#settings, source),
        startOfDay(window.from),
        now,
        MEMORY_STEP_HOURS * 3600,
      );
      // A Prometheus that is younger than the step has samples at none of the instants, and maybe not at this moment.
      const recent = recentPresence(this.#settings, source.metric, MEMORY_STEP_HOURS);
      const isThere = instant ?? (await this.#client.fetchInstant(recent, now))[0];
      first.set(dataset, isThere && dayOf(instant ?? now));
    }
    return first;
  }
}
