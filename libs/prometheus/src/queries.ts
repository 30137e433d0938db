/**
 * A query to Prometheus. The text depends on the resolution alone, never on the day: the day is the instant at which
 * it is evaluated, the last millisecond of that day. At midnight itself Prometheus 2 counts both ends of the range,
 * 1,441 minutes, and the midnight sample would fall on two days; a millisecond before, versions 2 and 3 agree.
 */
export interface NamedQuery {
  /** What it is about, for messages. */
  readonly name: string;
  readonly promql: string;
}

export const SECONDS_PER_DAY = 86_400;

const REQUESTS = 'kube_pod_container_resource_requests{resource="memory"}';
// Pods that wait for a node have a request and cost nothing: `node` is empty until they are placed.
const PLACED_REQUESTS = 'kube_pod_container_resource_requests{resource="memory", node!=""}';
const ANNOTATIONS = 'kube_pod_annotations{annotation_hub_jupyter_org_username!=""}';
const DIRECTORIES = 'dirsize_total_size_bytes{namespace!=""}';
const GROUPS = 'jupyterhub_user_group_info{namespace!=""}';

/** The label of a sample of `memoryRequested` that holds the username, unescaped. */
export const USERNAME_ANNOTATION = 'annotation_hub_jupyter_org_username';

/** Directory sizes change slowly and are measured by walking the file system: one sample an hour decides that hour. */
const HOME_STORAGE_STEP_SECONDS = 3600;

/** Membership is kept for a whole day; five minutes is the age up to which Prometheus takes a sample as current. */
const MEMBERSHIP_STEP_SECONDS = 300;

/**
 * Memory requested by each person's pods, byte-seconds per (namespace, username) over the day: the integral of each
 * pod's memory, at the person in its annotation.
 *
 * - The sum of a subquery times its step is the integral. `avg_over_time` averages only while the series lives, so a
 *   pod of an hour would count for the whole day.
 * - `max by (namespace, pod, container)`, at every step: two kube-state-metrics report each container twice, one that
 *   was restarted goes on under another instance, and a pod that was made anew under its old name is known on two nodes
 *   until the older series is five minutes old.
 * - A pod that bore several annotations during the day is shared by the steps at which it bore each. Joining pods and
 *   annotations step by step instead costs ten times as much, and fails as many-to-many while both are current.
 */
export function memoryRequested(resolutionSeconds: number): NamedQuery {
  const day = `[1d:${resolutionSeconds}s]`;
  return {
    name: `memory requested, at ${resolutionSeconds}s`,
    promql: `sum by (namespace, ${USERNAME_ANNOTATION}) (
  sum by (namespace, pod, ${USERNAME_ANNOTATION}) (count_over_time(${ANNOTATIONS}${day}))
  / on (namespace, pod) group_left ()
  sum by (namespace, pod) (count_over_time(${ANNOTATIONS}${day}))
  * on (namespace, pod) group_left ()
  sum by (namespace, pod) (sum_over_time((max by (namespace, pod, container) (${PLACED_REQUESTS}))${day}))
) * ${resolutionSeconds}`,
  };
}

/**
 * Size of each home directory, byte-seconds per (namespace, directory) over the day, from hourly samples. `max`: two
 * exporters may measure the same directory. Not `avg_over_time`: a directory made at noon is charged for half a day.
 */
export function homeStored(): NamedQuery {
  return {
    name: 'home storage',
    promql: `sum_over_time((
  max by (namespace, directory) (${DIRECTORIES})
)[1d:${HOME_STORAGE_STEP_SECONDS}s]) * ${HOME_STORAGE_STEP_SECONDS}`,
  };
}

/**
 * Every membership that was seen during the day. `last_over_time` sees through the moments in which the exporter has
 * cleared its series and not refilled them, which a single sample does not. A person who changed groups during the day
 * is in both on that day.
 */
export function memberships(): NamedQuery {
  return {
    name: 'group memberships',
    promql: `group by (namespace, usergroup, username, username_escaped, username_safe) (last_over_time(${GROUPS}[1d]))`,
  };
}

/**
 * How many steps of the day have a sample of the selector at all, whoever it is about. Container requests exist as long as
 * the cluster is scraped, for the pods of the cluster itself: a day without users is covered, a day without Prometheus
 * is not. An empty response means none.
 */
export function coveredSteps(selector: string, stepSeconds: number): NamedQuery {
  return { name: 'coverage', promql: `count_over_time(group(${selector})[1d:${stepSeconds}s])` };
}

/** Whether the selector has samples, for a range query; one series of ones, or nothing. */
export function presence(selector: string): NamedQuery {
  return { name: 'presence', promql: `group(${selector})` };
}

/** By dataset, whose samples tell that it was scraped; without a step, at the resolution of compute. */
export const SELECTORS: Readonly<Record<string, { readonly selector: string; readonly stepSeconds?: number }>> = {
  compute: { selector: REQUESTS },
  'home storage': { selector: DIRECTORIES, stepSeconds: HOME_STORAGE_STEP_SECONDS },
  memberships: { selector: GROUPS, stepSeconds: MEMBERSHIP_STEP_SECONDS },
};
