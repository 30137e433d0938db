import type { PrometheusConfig } from '#libs/config';

/** What the queries of a deployment depend on. */
export interface QuerySettings {
  /** Step at which compute is sampled; divides a day. */
  readonly resolutionSeconds: number;
  /** How long a directory has the size that was last seen. */
  readonly homeStorageLookbackSeconds: number;
  /** PROMETHEUS_SELECTOR: matchers such as `cluster="eu"` that are part of every selector; '' for none. */
  readonly selector: string;
  /** What the names of the groups exporter's metrics begin with. */
  readonly metricsPrefix: string;
  /** Where the day still runs. */
  readonly now?: Date;
  /** False: no label of the day was renamed by a scrape, and queries that look for such take half as long without. */
  readonly hasRenamedLabels?: boolean;
  /** False: no pod of the day had ended and stayed; looking for such at every step takes up to a third of a query's time. */
  readonly hasEndedPods?: boolean;
  /** True: pods of the day outlived their node, and held nothing from then on. */
  readonly hasLostNodes?: boolean;
  /** By metric, how often it was scraped in the hour of the day with most scrapes. */
  readonly scrapesPerHour?: ReadonlyMap<string, number>;
  /** So many exporters told of pods at once, each of others: kube-state-metrics in shards, or one for some namespaces. */
  readonly exporters?: number;
}

const DEFAULT_LOOKBACK_SECONDS = 3 * 86_400;
const DEFAULT_METRICS_PREFIX = 'jupyterhub';

export function settingsOf(config: PrometheusConfig, resolutionSeconds: number): QuerySettings {
  return {
    resolutionSeconds,
    homeStorageLookbackSeconds: config.homeStorageLookbackSeconds ?? DEFAULT_LOOKBACK_SECONDS,
    selector: config.selector ?? '',
    metricsPrefix: config.metricsPrefix ?? DEFAULT_METRICS_PREFIX,
  };
}

/** A metric, and those of its labels that Prometheus may rename when it scrapes it. */
export interface Metric {
  readonly name: (settings: QuerySettings) => string;
  readonly labels: readonly string[];
}

const POD_LABELS = ['namespace', 'pod'];

export const REQUESTS: Metric = {
  name: () => 'kube_pod_container_resource_requests',
  labels: [...POD_LABELS, 'container', 'node'],
};
const INIT_REQUESTS: Metric = { ...REQUESTS, name: () => 'kube_pod_init_container_resource_requests' };
/** A sidecar is an init container that restarts always: it runs beside the others as long as they do. */
const SIDECARS: Metric = { name: () => 'kube_pod_init_container_info', labels: [...POD_LABELS, 'container'] };
const ALWAYS = 'restart_policy="Always"';
export const ANNOTATIONS: Metric = { name: () => 'kube_pod_annotations', labels: POD_LABELS };
export const WORKING_SET: Metric = {
  name: () => 'container_memory_working_set_bytes',
  labels: [...POD_LABELS, 'container'],
};
export const CPU_USAGE: Metric = {
  name: () => 'container_cpu_usage_seconds_total',
  labels: [...POD_LABELS, 'container'],
};
export const PHASES: Metric = { name: () => 'kube_pod_status_phase', labels: POD_LABELS };
export const NODE_LABELS: Metric = { name: () => 'kube_node_labels', labels: ['node'] };
export const ALLOCATABLE: Metric = { name: () => 'kube_node_status_allocatable', labels: ['node'] };
export const NAMESPACES: Metric = { name: () => 'kube_namespace_created', labels: ['namespace'] };
/** Of kube-state-metrics itself, on its telemetry port: which shard each process is, and of how many. */
export const SHARD: Metric = { name: () => 'kube_state_metrics_shard_ordinal', labels: [] };
export const SHARDS: Metric = { name: () => 'kube_state_metrics_total_shards', labels: [] };
export const DIRECTORIES: Metric = { name: () => 'dirsize_total_size_bytes', labels: ['namespace'] };
export const GROUPS: Metric = {
  name: ({ metricsPrefix }) => `${metricsPrefix}_user_group_info`,
  labels: ['namespace'],
};

/** The one place that writes a selector. */
export function select(settings: QuerySettings, metric: Metric, ...matchers: readonly string[]): string {
  const all = [...matchers, settings.selector].filter((matcher) => matcher !== '');
  return `${metric.name(settings)}{${all.join(', ')}}`;
}

/** How long Prometheus takes a series for current after its last sample. */
const CURRENT_SECONDS = 300;
const HOUR_SECONDS = 3600;

/**
 * How long a sample of the metric lasts, where scrapes are so far apart that the series would end between two of them:
 * the longest time between two scrapes of which so many are in an hour.
 */
function lastingSeconds(settings: QuerySettings, metric: Metric): number | undefined {
  const scrapes = settings.scrapesPerHour?.get(metric.name(settings));
  if (scrapes === undefined) return undefined;
  const seconds = Math.ceil(HOUR_SECONDS / Math.max(scrapes - 1, 1));
  return seconds > CURRENT_SECONDS ? seconds : undefined;
}

/** The samples of a selector that are current, whatever the time between two scrapes. */
export function current(settings: QuerySettings, metric: Metric): Over {
  const seconds = lastingSeconds(settings, metric);
  return (selector) => (seconds === undefined ? selector : `last_over_time(${selector}[${seconds}s])`);
}

/** Whether scrapes are so far apart that a day seems to have gaps between them. */
export function areRare(settings: QuerySettings): boolean {
  return [REQUESTS, SHARD, SHARDS].some((metric) => lastingSeconds(settings, metric) !== undefined);
}

/** When these samples were scraped. */
export function sampledAt(settings: QuerySettings, metric: Metric): Over {
  const seconds = lastingSeconds(settings, metric);
  return (selector) =>
    seconds === undefined
      ? `timestamp(${selector})`
      : `max_over_time(timestamp(${selector})[${seconds}s:${settings.resolutionSeconds}s])`;
}

/**
 * The series of a metric with the labels that the exporter gave them. A scrape without `honor_labels: true` puts the
 * scraped pod's own namespace and pod in their place and renames them: exported_namespace, exported_pod, …
 *
 * The two kinds are selected apart. Of the second there usually are no series; where that is known, nobody looks for them.
 *
 * @param over what to evaluate over the selector, such as `last_over_time`.
 */
export function series(
  settings: QuerySettings,
  metric: Metric,
  matchers: readonly string[],
  over: Over = current(settings, metric),
): string {
  const canBeRenamed = settings.hasRenamedLabels !== false && metric.labels.length > 0;
  if (!canBeRenamed) return over(select(settings, metric, ...matchers));
  return `(${honoured(settings, metric, matchers, over)} or ${renamedBack(metric, renamed(settings, metric, matchers, over))})`;
}

/**
 * Memory or other requests of the pods that are on a node. A pod that waits for one has a request and costs nothing: its
 * `node` is empty. Where Prometheus has renamed labels, `node` may be that of kube-state-metrics itself; then a pod that
 * has one bears exported_node, as all of the same scrape do.
 *
 * @param asked matcher of the resources.
 * @param nodes regular expression of the nodes' names; default: any.
 */
export function placedRequests(
  settings: QuerySettings,
  asked: string,
  {
    nodes,
    metric = REQUESTS,
    over = current(settings, metric),
  }: { readonly nodes?: string | undefined; readonly metric?: Metric; readonly over?: Over } = {},
): string {
  const placed = (label: string) => (nodes === undefined ? `${label}!=""` : `${label}=~"${nodes}"`);
  if (settings.hasRenamedLabels === false) return over(select(settings, metric, asked, placed('node')));
  const renamedNodes = select(settings, metric, asked, 'exported_node!=""');
  const elsewhere = `unless on (job, instance) group by (job, instance) (${over(renamedNodes)})`;
  const matchers = [asked, placed('node')];
  const theirs = `(${renamed(settings, metric, [...matchers, 'exported_node=""'], over)}) ${elsewhere} or ${over(select(settings, metric, asked, placed('exported_node')))}`;
  return `((${honoured(settings, metric, matchers, over)} ${elsewhere}) or ${renamedBack(metric, theirs)})`;
}

/** Requests of sidecars, which the pod holds beside those of its containers; nothing where the day had no sidecar. */
function sidecarRequests(settings: QuerySettings, asked: string, nodes?: string): string[] {
  if (!settings.scrapesPerHour?.has(SIDECARS.name(settings))) return [];
  const over = current(settings, SIDECARS);
  const ofAll = placedRequests(settings, asked, { nodes, metric: INIT_REQUESTS, over });
  return [`(${ofAll} and on (namespace, pod, container) ${series(settings, SIDECARS, [ALWAYS])})`];
}

type Over = (selector: string) => string;

/**
 * The same, without what holds nothing: pods that have ended, and pods whose node is gone. A pod that waits for a kubelet
 * that is gone to confirm its end stays for ever, as `Running`.
 */
export function heldRequests(settings: QuerySettings, asked: string, by: string, nodes?: string): string {
  const containers = [placedRequests(settings, asked, { nodes }), ...sidecarRequests(settings, asked, nodes)];
  const placed = containers.length > 1 ? `(${containers.join(' or ')})` : containers[0]!;
  const there = `(${placed} and on (node) ${series(settings, ALLOCATABLE, ['resource="memory"'])})`;
  return `max by (${by}) (${withoutEnded(settings, settings.hasLostNodes ? there : placed)})`;
}

/** KubeSpawner's default name of a user's pod, and no name that a deployment gives, such as `jupyter-hub-5d4f9b7c6-x2x8q`. */
const spawnedBy = (label: string) => {
  const made = '[bcdfghj-np-tv-xz24-9]';
  return [`${label}=~"jupyter-.+"`, `${label}!~".+-${made}{6,10}-${made}{5}"`];
};

/** Memory of pods on a node that are a user's by their name, whatever annotations kube-state-metrics tells. */
export function spawnedRequests(settings: QuerySettings, over: Over): string {
  const labels = settings.hasRenamedLabels === false ? ['pod'] : ['pod', 'exported_pod'];
  return labels
    .map((label) => series(settings, REQUESTS, ['resource="memory"', 'node!=""', ...spawnedBy(label)], over))
    .join(' or ');
}

const ENDED = 'phase=~"Succeeded|Failed"';

/** The pods that have ended and stay as objects: an evicted pod keeps its node and its requests. */
export function endedPods(settings: QuerySettings): string {
  return `(${series(settings, PHASES, [ENDED])} == 1)`;
}

/** A phase that lasts between rare scrapes must not end the next pod of the same name: that has another uid. */
function withoutEnded(settings: QuerySettings, vector: string): string {
  const pod = lastingSeconds(settings, PHASES) === undefined ? 'namespace, pod' : 'namespace, pod, uid';
  return settings.hasEndedPods === false ? vector : `${vector} unless on (${pod}) ${endedPods(settings)}`;
}

/** One sample if any pod of the day, or of the hour before whose samples may last until its start, had ended. */
export function anyEnded(settings: QuerySettings): string {
  return `group(max_over_time(${select(settings, PHASES, ENDED)}[25h]) == 1)`;
}

/** The label of a sample of `scrapes` that holds the metric which was scraped so often in an hour. */
export const SCRAPED = 'scraped';

/** For each metric whose scrapes may be far apart, how often it was scraped in an hour of the day: a sample or two. */
export function scrapes(settings: QuerySettings): string[] {
  const probes: readonly (readonly [Metric, string])[] = [
    [REQUESTS, 'resource="memory"'],
    [SIDECARS, ALWAYS],
    [ANNOTATIONS, ''],
    [WORKING_SET, 'container!=""'],
    [PHASES, 'phase="Failed"'],
    [NODE_LABELS, ''],
    [ALLOCATABLE, 'resource="memory"'],
    [SHARD, ''],
    [SHARDS, ''],
  ];
  return probes.flatMap(([metric, matcher]) => {
    const inHour = `count_over_time(${select(settings, metric, matcher)}[1h] offset 1ms)`;
    return [`max_over_time(${inHour}[1d:1h])`, inHour].map(
      (counts, index) =>
        `label_replace(label_replace(max(${counts}), "${SCRAPED}", "${metric.name(settings)}", "", ""), "hours", "${index}", "", "")`,
    );
  });
}

/** One sample if any series of the day, or of the days whose sizes last, bears a label which the scrape renamed. */
export function anyRenamed(settings: QuerySettings): string {
  const metrics = [REQUESTS, ANNOTATIONS, PHASES, NODE_LABELS, ALLOCATABLE, WORKING_SET, CPU_USAGE, DIRECTORIES];
  const range = `[${86_400 + settings.homeStorageLookbackSeconds}s]`;
  const seen = metrics.map((metric) =>
    renamed(settings, metric, [], (selector) => `last_over_time(${selector}${range})`),
  );
  return `group(${seen.join(' or ')})`;
}

function honoured(
  settings: QuerySettings,
  metric: Metric,
  matchers: readonly string[],
  over = (selector: string) => selector,
): string {
  return over(select(settings, metric, ...matchers, ...metric.labels.map((label) => `exported_${label}=""`)));
}

/** Series that bear any label which the scrape renamed. */
export function renamed(
  settings: QuerySettings,
  metric: Metric,
  matchers: readonly string[],
  over = (selector: string) => selector,
): string {
  return metric.labels
    .map((label) => `exported_${label}!=""`)
    .filter((matcher) => !matchers.includes(matcher.replace('!=', '=')))
    .map((matcher) => over(select(settings, metric, ...matchers, matcher)))
    .join(' or ');
}

function renamedBack(metric: Metric, expression: string): string {
  return metric.labels.reduce(
    (inner, label) => `label_replace(${inner}, "${label}", "$1", "exported_${label}", "(.+)")`,
    expression,
  );
}
