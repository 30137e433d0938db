import {
  ANNOTATIONS,
  anyEnded,
  anyRenamed,
  current,
  CPU_USAGE,
  DIRECTORIES,
  GROUPS,
  heldRequests,
  NAMESPACES,
  PHASES,
  REQUESTS,
  scrapes,
  select,
  series,
  SHARD,
  SHARDS,
  WORKING_SET,
  type Metric,
  type QuerySettings,
} from './selectors.js';

/**
 * A query to Prometheus. The text depends on the deployment's settings alone, never on the day: the day is the instant at
 * which it is evaluated, the last millisecond of that day. At midnight itself Prometheus 2 counts both ends of the range,
 * 1,441 minutes, and the midnight sample would fall on two days; a millisecond before, versions 2 and 3 agree.
 */
export interface NamedQuery {
  /** What it is about, for messages. */
  readonly name: string;
  readonly promql: string;
}

export const SECONDS_PER_DAY = 86_400;

/** The label of a sample of `memoryRequested` that holds the username, unescaped. */
export const USERNAME_ANNOTATION = 'annotation_hub_jupyter_org_username';
export const NAMED = `${USERNAME_ANNOTATION}!=""`;
const SOMEWHERE = 'namespace!=""';

/**
 * A resource that each person's pods requested, in its unit times seconds per (namespace, username) over the day.
 *
 * - The sum of a subquery times its step is the integral. `avg_over_time` averages only while the series lives, so a
 *   pod of an hour would count for the whole day.
 * - `max by (namespace, pod, container, resource)`, at every step: two kube-state-metrics report each container twice, one
 *   that was restarted goes on under another instance, and a pod that was made anew under its old name is known on two
 *   nodes until the older series is five minutes old.
 * - A pod that has ended holds nothing, from the step on at which its phase says so, nor does one whose node is gone.
 */
function requested(settings: QuerySettings, name: string, asked: string): NamedQuery {
  const { resolutionSeconds } = settings;
  const perPod = `sum by (namespace, pod) (sum_over_time((
    ${heldRequests(settings, asked, 'namespace, pod, container, resource')}
  )[1d:${resolutionSeconds}s])) * ${resolutionSeconds}`;
  return { name: `${name}, at ${resolutionSeconds}s`, promql: perUser(settings, perPod) };
}

/**
 * What each pod has, at the person in its annotation. A pod that bore several annotations during the day is shared by the
 * steps at which it bore each. Joining pods and annotations step by step instead costs ten times as much, and fails as
 * many-to-many while both are current.
 */
function perUser(settings: QuerySettings, perPod: string): string {
  const { resolutionSeconds } = settings;
  const annotations = `count_over_time(${series(settings, ANNOTATIONS, [NAMED])}[1d:${resolutionSeconds}s])`;
  return `sum by (namespace, ${USERNAME_ANNOTATION}) (
  sum by (namespace, pod, ${USERNAME_ANNOTATION}) (${annotations})
  / on (namespace, pod) group_left ()
  sum by (namespace, pod) (${annotations})
  * on (namespace, pod) group_left ()
  (${perPod})
)`;
}

export function memoryRequested(settings: QuerySettings): NamedQuery {
  return requested(settings, 'memory requested', 'resource="memory"');
}

export function cpuRequested(settings: QuerySettings): NamedQuery {
  return requested(settings, 'CPU requested', 'resource="cpu"');
}

/** Accelerators by the names that kube-state-metrics makes of their makers' resources, and no other devices. */
const ACCELERATORS = [
  'nvidia_com_.+',
  'amd_com_gpu',
  'gpu_intel_com_.+',
  'aws_amazon_com_neuron.*',
  'habana_ai_gaudi',
].join('|');

export function gpuRequested(settings: QuerySettings): NamedQuery {
  return requested(settings, 'GPUs requested', `resource=~"${ACCELERATORS}"`);
}

/** Of containers, not of the pod's cgroup, which is their sum. */
const OF_CONTAINERS = ['container!=""', 'container!="POD"'];

/** Memory that each person's pods really used, byte-seconds. Two scrapes of one kubelet count once. */
export function memoryUsed(settings: QuerySettings): NamedQuery {
  const { resolutionSeconds } = settings;
  const used = `max by (namespace, pod, container) (${series(settings, WORKING_SET, OF_CONTAINERS)})`;
  const perPod = `sum by (namespace, pod) (sum_over_time((${used})[1d:${resolutionSeconds}s])) * ${resolutionSeconds}`;
  return { name: 'memory used', promql: perUser(settings, perPod) };
}

/** CPU time that each person's pods really used. `id`: a container that was restarted counts on from 0 under another. */
export function cpuUsed(settings: QuerySettings): NamedQuery {
  const grown = series(settings, CPU_USAGE, OF_CONTAINERS, (selector) => `increase(${selector}[1d])`);
  const perPod = `sum by (namespace, pod) (max by (namespace, pod, container, id) (${grown}))`;
  return { name: 'CPU used', promql: perUser(settings, perPod) };
}

/** Directory sizes change slowly and are measured by walking the file system: the size at an hour is that of the hour. */
const HOUR_SECONDS = 3600;

/**
 * Size of each home directory, byte-seconds per (namespace, directory) over the day, from the sizes at its hours. Not
 * `avg_over_time`: a directory made at noon is charged for half a day.
 *
 * The size at an hour is the newest sample before it, up to the lookback: an exporter tells a directory only once it has
 * walked it, days after a restart, and may be scraped rarely. It is the newest hour that has a sample, since the series
 * of an exporter that is gone would else go on beside the one that took its place. `max` within an hour: two exporters
 * may measure the same directory. The price: a directory that was deleted counts until the lookback is over, since it
 * looks like one that was not walked yet.
 */
export function homeStored(settings: QuerySettings): NamedQuery {
  const day = `[1d:${HOUR_SECONDS}s]`;
  return { name: 'home storage', promql: `sum_over_time((${lastingSizes(settings)})${day}) * ${HOUR_SECONDS}` };
}

/** By namespace, at how many hours of the day a size is known, from that day or from before. */
export function hoursOfLastingSizes(settings: QuerySettings): NamedQuery {
  const known = `group by (namespace) (${lastingSizes(settings)})`;
  return { name: 'hours of home storage', promql: `count_over_time((${known})[1d:${HOUR_SECONDS}s])` };
}

/** Of a day that still runs, sizes do not last into the hours to come. */
function lastingSizes(settings: QuerySettings): string {
  const sizes = (over?: (selector: string) => string) =>
    `max by (namespace, directory) (${series(settings, DIRECTORIES, [SOMEWHERE], over)})`;
  // A millisecond less: Prometheus 2 counts both ends of a range.
  const lookback = `[${settings.homeStorageLookbackSeconds * 1000 - 1}ms:${HOUR_SECONDS}s]`;
  const until = settings.now === undefined ? '' : ` and on () (vector(time()) <= ${settings.now.getTime() / 1000})`;
  return `last_over_time((
  ${sizes()} or ${sizes((selector) => `last_over_time(${selector}[1h])`)}
)${lookback})${until}`;
}

/**
 * Every membership that was seen during the day. `last_over_time` sees through the moments in which the exporter has
 * cleared its series and not refilled them, which a single sample does not. A person who changed groups during the day
 * is in both on that day.
 */
export function memberships(settings: QuerySettings): NamedQuery {
  const seen = series(settings, GROUPS, [SOMEWHERE], (selector) => `last_over_time(${selector}[1d])`);
  return {
    name: 'group memberships',
    promql: `group by (namespace, usergroup, username, username_escaped, username_safe) (${seen})`,
  };
}

/** The people whom a groups exporter knew in the seven days before, of the namespaces of which it tells nothing of the day. */
export function earlierMembers(settings: QuerySettings): NamedQuery {
  const seen = (over: string) =>
    series(settings, GROUPS, [SOMEWHERE], (selector) => `last_over_time(${selector}${over})`);
  return {
    name: 'people of the days before',
    promql: `group by (namespace, username, username_escaped, username_safe) (${seen('[7d:1h]')}) unless on (namespace) ${seen('[1d]')}`,
  };
}

/** By namespace, the hour (Unix time) until which a hub's exporter was last seen in the last seven days. */
export function lastSeen(settings: QuerySettings, { metric }: Source): NamedQuery {
  const inHour = series(settings, metric, [SOMEWHERE], (selector) => `last_over_time(${selector}[1h])`);
  return { name: 'exporters of hubs', promql: `max_over_time((group by (namespace) (${inHour}) * time())[7d:1h])` };
}

/** The metric whose samples tell that a dataset was scraped; `perHub`: each hub has an exporter of its own. */
export interface Source {
  readonly metric: Metric;
  readonly perHub: boolean;
}

export const POD_SOURCE: Source = { metric: REQUESTS, perHub: false };
export const GROUP_SOURCE: Source = { metric: GROUPS, perHub: true };

/** Labels that tell the clusters of one store apart. */
export const CLUSTER_LABELS = ['cluster', 'k8s_cluster', 'cluster_id'];
/** The label of a sample of `coverage` that holds the cluster label which has several values, or UNLABELLED. */
export const SEVERAL_CLUSTERS = 'several';
/** No cluster label tells them apart; that they are several, the namespaces kube-system tell. */
export const UNLABELLED = 'kube-system';
/** The label of the samples of `coverage` that say what else the day has, and their values. */
export const FOUND = 'found';
export const RENAMED_LABELS = 'renamed labels';
export const ENDED_PODS = 'ended pods';
export const EXPORTERS = 'exporters';

/**
 * How much of the day has samples of the dataset's metric at all, whoever they are about; an empty response means none.
 *
 * Of compute, steps of the resolution: container requests exist as long as the cluster is scraped, for the pods of the
 * cluster itself. A day without users is covered, a day without Prometheus is not. Of a dataset that each hub tells of
 * itself, hours by namespace, each from its first millisecond to its last: what was seen the evening before is not of the day.
 *
 * Without a selector, a sample with the label SEVERAL_CLUSTERS for each cluster label that has several values at once; a
 * sample with the label FOUND if a scrape renamed labels, and one if pods had ended: queries cost less without either.
 * Of compute, those of `scrapes`; where scrapes are far apart, it takes them as settings to tell what is covered.
 */
export function coverage(settings: QuerySettings, source: Source): NamedQuery {
  const { metric, perHub } = source;
  const covered = perHub ? coveredHours(settings, metric) : coveredSteps(settings, metric);
  const several = settings.selector === '' ? severalClusters(settings, source) : [];
  const found = [
    [RENAMED_LABELS, anyRenamed(settings)],
    [ENDED_PODS, anyEnded(settings)],
    ...(perHub ? [] : [[EXPORTERS, divided(settings)]]),
  ].map(([what, vector]) => `label_replace(${vector}, "${FOUND}", "${what}", "", "")`);
  const scraped = perHub ? [] : scrapes(settings);
  return { name: 'coverage', promql: [covered, ...several, ...found, ...scraped].join('\nor ') };
}

/** What `coverage` gives for a whole day. */
export function stepsOfDay({ resolutionSeconds }: QuerySettings, { perHub }: Source): number {
  return SECONDS_PER_DAY / (perHub ? HOUR_SECONDS : resolutionSeconds);
}

/**
 * A kube-state-metrics in shards tells only a part of the pods while one of them is away. How many there should be it tells
 * on its telemetry port; if nobody scrapes that, it is the largest number of exporters that were there at once.
 */
function coveredSteps(settings: QuerySettings, metric: Metric): string {
  const seen = (one: Metric) => current(settings, one)(select(settings, one));
  const shards = `count(group by (shard_ordinal) (${seen(SHARD)}))`;
  const all = settings.exporters === undefined ? '' : ` unless on () (${exporters(settings)} < ${settings.exporters})`;
  return `count_over_time((
  group(${seen(metric)}) unless on () (max(${seen(SHARDS)}) > ${shards})${all}
)[1d:${settings.resolutionSeconds}s])`;
}

/** How many exporters tell of pods; each pod has one series of the phase. */
function exporters(settings: QuerySettings): string {
  return `count(group by (job, instance) (${phasesOfPods(settings)}))`;
}

function phasesOfPods(settings: QuerySettings): string {
  return current(settings, PHASES)(select(settings, PHASES, 'phase="Running"'));
}

/** The largest number of exporters at once, if there were several and no two told of the same pod: those are replicas. */
function divided(settings: QuerySettings): string {
  const pods = (by: string) => `count(count by (${by}) (${phasesOfPods(settings)}))`;
  const names = 'namespace, pod, exported_namespace, exported_pod';
  return `(max_over_time(${exporters(settings)}[1d:1h]) > 1
  unless on () max_over_time((${pods(`${names}, job, instance`)} > ${pods(names)})[1d:1h])
  unless on () group(last_over_time(${select(settings, SHARDS)}[1d])))`;
}

/** The last hour ends where the query is evaluated; those before it a millisecond before a whole hour. */
function coveredHours(settings: QuerySettings, metric: Metric): string {
  const seen = (offset: string) =>
    `group by (namespace) (${series(settings, metric, [SOMEWHERE], (selector) => `last_over_time(${selector}[1h]${offset})`)})`;
  return `sum by (namespace) (
  label_replace(count_over_time(${seen(' offset 1ms')}[23h:1h]), "hours", "earlier", "", "") or ${seen('')}
)`;
}

/**
 * For each cluster label that has several values at once a sample, with how many. Whatever the label's name, each cluster
 * has made its namespace kube-system at a time of its own.
 */
export function severalClusters(settings: QuerySettings, { metric, perHub }: Source): string[] {
  const labels = CLUSTER_LABELS.map((label) => [label, `count by (${label}) (${select(settings, metric)})`] as const);
  const made = ['namespace="kube-system", exported_namespace=""', 'exported_namespace="kube-system"']
    .map((matcher) => select(settings, NAMESPACES, matcher))
    .join(' or ');
  const told = perHub ? labels : [...labels, [UNLABELLED, `count_values("made", ${made})`] as const];
  return told.map(
    ([label, values]) =>
      `label_replace(max_over_time(count(${values})[1d:1h]) > 1, "${SEVERAL_CLUSTERS}", "${label}", "", "")`,
  );
}

/** Whether the dataset has samples, for a range query; one series of ones, or nothing. */
export function presence(settings: QuerySettings, { metric }: Source): NamedQuery {
  return { name: 'presence', promql: `group(${select(settings, metric)})` };
}
