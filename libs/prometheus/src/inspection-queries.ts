import type { TagRule } from '#libs/domain';
import { labelName } from './node-queries.js';
import { NAMED, POD_SOURCE, severalClusters, type NamedQuery } from './queries.js';
import {
  ALLOCATABLE,
  ANNOTATIONS,
  DIRECTORIES,
  endedPods,
  GROUPS,
  NODE_LABELS,
  PHASES,
  placedRequests,
  renamed,
  REQUESTS,
  select,
  series,
  spawnedRequests,
  type Metric,
  type QuerySettings,
} from './selectors.js';

/*
 * What the usage queries silently depend on. Everything is looked for in the day before now: a user's pod of this
 * morning proves as much as one that runs, and exporters clear and refill their series between scrapes.
 */

const lastDay = (selector: string) => `last_over_time(${selector}[1d])`;
const MEMORY = 'resource="memory"';
const HERE = 'namespace!=""';

/** Counts; an empty response is 0. */
export function inspectedCounts(settings: QuerySettings, coreNodeLabel: TagRule) {
  const raw = (metric: Metric, ...matchers: string[]) => lastDay(select(settings, metric, ...matchers));
  const { asked, named, spawned } = userPods(settings);
  const counted = (name: string, promql: string): NamedQuery => ({ name, promql: `count(${promql})` });
  return {
    memoryRequests: counted('memory requests', raw(REQUESTS, MEMORY)),
    placedRequests: counted('memory requests of pods on a node', raw(REQUESTS, MEMORY, 'node!=""')),
    renamedSeries: counted(
      'series with labels that the scrape renamed',
      [REQUESTS, ANNOTATIONS].map((metric) => renamed(settings, metric, [], lastDay)).join(' or '),
    ),
    annotations: counted('pod annotations', raw(ANNOTATIONS)),
    namedPods: counted('pods with a username', named),
    namedPodsWithRequest: counted('pods with a username and memory', `${named} and on (namespace, pod) ${asked}`),
    spawnedPodsWithoutName: counted(
      'spawned pods without a username',
      `${spawned} unless on (namespace, pod) ${named}`,
    ),
    podPhases: counted('pod phases', raw(PHASES)),
    endedPods: counted(
      'pods that have ended and still have requests',
      `group by (namespace, pod) (${placedRequests(settings, MEMORY)}) and on (namespace, pod) ${endedPods(settings)}`,
    ),
    nodeTypes: counted('instance types of nodes', raw(NODE_LABELS, 'label_node_kubernetes_io_instance_type!=""')),
    purposeNodes: counted('purposes of nodes', raw(NODE_LABELS, `${labelName(coreNodeLabel.key)}!=""`)),
    allocatableNodes: counted('allocatable of nodes', raw(ALLOCATABLE, MEMORY)),
    directorySeries: counted('directory sizes', raw(DIRECTORIES)),
    labelledDirectories: counted('directory sizes with every label', raw(DIRECTORIES, HERE, 'directory!=""')),
    groupSeries: counted('group memberships', raw(GROUPS)),
    escapedGroupSeries: counted(
      'group memberships with every label',
      raw(GROUPS, HERE, 'username!=""', 'username_escaped!=""'),
    ),
  } as const satisfies Record<string, NamedQuery>;
}

/** Up to three pods of users that reach nobody: they bear no username, or ask for no memory. */
export function unmatchedPods(settings: QuerySettings): NamedQuery {
  const { asked, named, spawned } = userPods(settings);
  return {
    name: 'pods that reach nobody',
    promql: `topk(3, (${spawned} unless on (namespace, pod) ${named}) or (${named} unless on (namespace, pod) ${asked}))`,
  };
}

function userPods(settings: QuerySettings) {
  const seen = (metric: Metric, ...matchers: string[]) => series(settings, metric, matchers, lastDay);
  const podsOf = (expression: string) => `group by (namespace, pod) (${expression})`;
  return {
    asked: podsOf(seen(REQUESTS, MEMORY)),
    named: podsOf(seen(ANNOTATIONS, NAMED)),
    spawned: podsOf(spawnedRequests(settings, lastDay)),
  };
}

/** Whether a dataset had samples within the last hours, however long ago its last one: one series, or nothing. */
export function recentPresence(settings: QuerySettings, metric: Metric, hours: number): NamedQuery {
  return { name: 'presence', promql: `group(last_over_time(${select(settings, metric)}[${hours}h]))` };
}

/** Every home directory, one sample each with labels `namespace` and `directory`. */
export function inspectedDirectories(settings: QuerySettings): NamedQuery {
  const seen = series(settings, DIRECTORIES, [HERE, 'directory!=""'], lastDay);
  return { name: 'directories', promql: `group by (namespace, directory) (${seen})` };
}

/** The namespaces in which a pod bore a username. */
export function inspectedNamespaces(settings: QuerySettings): NamedQuery {
  const seen = series(settings, ANNOTATIONS, [NAMED], lastDay);
  return { name: 'namespaces of user pods', promql: `group by (namespace) (${seen})` };
}

/** Seconds between two scrapes of kube-state-metrics: of the series that was scraped most often in three hours. */
export function scrapeInterval(settings: QuerySettings): NamedQuery {
  const asked = select(settings, REQUESTS, MEMORY);
  const seen = `timestamp(${asked})[3h:1m]`;
  return {
    name: 'scrape interval',
    promql: `min((max_over_time(${seen}) - min_over_time(${seen})) / ((count_over_time(${asked}[3h]) - 1) > 0))`,
  };
}

/** The namespaces whose exporter was seen in the last hour. */
export function seenNow(settings: QuerySettings, metric: Metric): NamedQuery {
  const inHour = series(settings, metric, [HERE], (selector) => `last_over_time(${selector}[1h])`);
  return { name: 'exporters of hubs', promql: `group by (namespace) (${inHour})` };
}

/** With the label SEVERAL_CLUSTERS, what tells that there are several at once. */
export function clustersAtOnce(settings: QuerySettings): NamedQuery {
  return { name: 'clusters', promql: severalClusters(settings, POD_SOURCE).join(' or ') };
}
