import { USERNAME_ANNOTATION, type NamedQuery } from './queries.js';

/**
 * What the usage queries silently depend on. Everything is looked for in the day before now: a user's pod of this
 * morning proves as much as one that runs, and exporters clear and refill their series between scrapes.
 */
const REQUESTS = 'kube_pod_container_resource_requests';
const ANNOTATIONS = 'kube_pod_annotations';
const DIRECTORIES = 'dirsize_total_size_bytes';
const GROUPS = 'jupyterhub_user_group_info';

const lastDay = (selector: string) => `last_over_time(${selector}[1d])`;
const podsOf = (selector: string) => `group by (namespace, pod) (${lastDay(selector)})`;

const ASKED = `${REQUESTS}{resource="memory"}`;
const PLACED = `${REQUESTS}{resource="memory", node!=""}`;
const NAMED = `${ANNOTATIONS}{${USERNAME_ANNOTATION}!=""}`;
// KubeSpawner's default name of a user's pod; those of a daemon set or a hub begin otherwise.
const SPAWNED = `${REQUESTS}{resource="memory", pod=~"jupyter-.*"}`;

const counted = (name: string, promql: string): NamedQuery => ({ name, promql: `count(${promql})` });

/** Counts; an empty answer is 0. */
export const INSPECTED_COUNTS = {
  memoryRequests: counted('memory requests', lastDay(ASKED)),
  placedRequests: counted('memory requests of pods on a node', lastDay(PLACED)),
  annotations: counted('pod annotations', lastDay(ANNOTATIONS)),
  namedPods: counted('pods with a username', podsOf(NAMED)),
  namedPodsWithRequest: counted(
    'pods with a username and memory',
    `${podsOf(NAMED)} and on (namespace, pod) ${podsOf(ASKED)}`,
  ),
  spawnedPodsWithoutName: counted(
    'spawned pods without a username',
    `${podsOf(SPAWNED)} unless on (namespace, pod) ${podsOf(NAMED)}`,
  ),
  directorySeries: counted('directory sizes', lastDay(DIRECTORIES)),
  labelledDirectories: counted(
    'directory sizes with every label',
    lastDay(`${DIRECTORIES}{namespace!="", directory!=""}`),
  ),
  groupSeries: counted('group memberships', lastDay(GROUPS)),
  escapedGroupSeries: counted(
    'group memberships with every label',
    lastDay(`${GROUPS}{namespace!="", username!="", username_escaped!=""}`),
  ),
} as const satisfies Record<string, NamedQuery>;

/** Every home directory, one sample each with labels `namespace` and `directory`. */
export const INSPECTED_DIRECTORIES: NamedQuery = {
  name: 'directories',
  promql: `group by (namespace, directory) (${lastDay(`${DIRECTORIES}{namespace!="", directory!=""}`)})`,
};

/** The namespaces in which a pod bore a username. */
export const INSPECTED_NAMESPACES: NamedQuery = {
  name: 'namespaces of user pods',
  promql: `group by (namespace) (${lastDay(NAMED)})`,
};
