import type { TagRule } from '#libs/domain';
import { NAMED as ANNOTATED, USERNAME_ANNOTATION, type NamedQuery } from './queries.js';
import {
  ALLOCATABLE,
  ANNOTATIONS,
  heldRequests,
  NODE_LABELS,
  placedRequests,
  REQUESTS,
  sampledAt,
  series,
  spawnedRequests,
  type QuerySettings,
} from './selectors.js';

/** The label of a sample of `nodeShares` and `nodeCapacity` that holds the EC2 instance type. */
export const INSTANCE_TYPE = 'label_node_kubernetes_io_instance_type';
const TYPED = `${INSTANCE_TYPE}!=""`;

/** All that a node can run out of: CPU, memory, accelerators of any maker. Disks are paid for by themselves. */
const SCARCE = 'resource!~"ephemeral.storage"';

const lastOfDay = (selector: string) => `last_over_time(${selector}[1d])`;
const countOfDay = (selector: string) => `count_over_time(${selector}[1d])`;
const largestOfDay = (selector: string) => `max_over_time(${selector}[1d])`;

/**
 * Node-seconds by namespace, user and instance type over the day: of each pod the largest of its shares of its node, over
 * CPU, memory and accelerators, each integrated over the day. A pod that takes the only GPU of a node takes the node.
 *
 * - `max by (…, container, …)`: two kube-state-metrics report each container twice.
 * - A node's largest allocatable of the day: a GPU's driver is ready minutes after its node.
 * - Nodes of `ambiguousNodes` are left to `nodeSharesStepwise`: `topk` picks any of their types.
 */
export function nodeShares(settings: QuerySettings): NamedQuery {
  const { resolutionSeconds } = settings;
  const allocatable = series(settings, ALLOCATABLE, [], largestOfDay);
  const users = series(settings, ANNOTATIONS, [ANNOTATED], lastOfDay);
  const types = series(settings, NODE_LABELS, [TYPED], lastOfDay);
  return {
    name: 'shares of nodes',
    promql: `sum by (namespace, ${USERNAME_ANNOTATION}, ${INSTANCE_TYPE}) (
  (max by (namespace, pod, node) (
    sum by (namespace, pod, node, resource) (sum_over_time((${held(settings)})[1d:${resolutionSeconds}s]))
    / on (node, resource) group_left () (max by (node, resource) (${allocatable}) > 0)
  ) unless on (node) (${ambiguousNodes(settings).promql}))
  * on (namespace, pod) group_left (${USERNAME_ANNOTATION})
  topk by (namespace, pod) (1, group by (namespace, pod, ${USERNAME_ANNOTATION}) (${users}))
  * on (node) group_left (${INSTANCE_TYPE})
  topk by (node) (1, group by (node, ${INSTANCE_TYPE}) (${types}))
) * ${resolutionSeconds}`,
  };
}

/**
 * The nodes of whose pods the day does not tell by itself what they were on, or whose they were: a name that came back with
 * another type, a pod that bore several usernames.
 */
export function ambiguousNodes(settings: QuerySettings): NamedQuery {
  const types = series(settings, NODE_LABELS, [TYPED], lastOfDay);
  const users = series(settings, ANNOTATIONS, [ANNOTATED], lastOfDay);
  return {
    name: 'ambiguous nodes',
    promql: `group by (node) (count by (node) (group by (node, ${INSTANCE_TYPE}) (${types})) > 1)
    or group by (node) (${placedRequests(settings, SCARCE, { over: lastOfDay })}
      and on (namespace, pod) (count by (namespace, pod) (group by (namespace, pod, ${USERNAME_ANNOTATION}) (${users})) > 1))`,
  };
}

/**
 * The same for these nodes alone, joined at each step: ten times as slow. Of several types or users that are current the
 * one that was scraped last counts, since a series that ended stays current for five minutes.
 */
export function nodeSharesStepwise(settings: QuerySettings, nodes: readonly string[]): NamedQuery {
  const { resolutionSeconds } = settings;
  const newest = (by: string, label: string, sampled: string) =>
    `(topk by (${by}) (1, max by (${by}, ${label}) (${sampled})) > bool 0)`;
  const type = newest('node', INSTANCE_TYPE, series(settings, NODE_LABELS, [TYPED], sampledAt(settings, NODE_LABELS)));
  const user = newest(
    'namespace, pod',
    USERNAME_ANNOTATION,
    series(settings, ANNOTATIONS, [ANNOTATED], sampledAt(settings, ANNOTATIONS)),
  );
  return {
    name: 'shares of ambiguous nodes',
    promql: `sum by (namespace, ${USERNAME_ANNOTATION}, ${INSTANCE_TYPE}) (
  max by (namespace, pod, ${USERNAME_ANNOTATION}, ${INSTANCE_TYPE}) (
    sum by (namespace, pod, ${USERNAME_ANNOTATION}, ${INSTANCE_TYPE}, resource) (sum_over_time((
      sum by (namespace, pod, node, resource) (${held(settings, nodes.map(quoted).join('|'))})
      / on (node, resource) group_left () (max by (node, resource) (${series(settings, ALLOCATABLE, [])}) > 0)
      * on (node) group_left (${INSTANCE_TYPE}) ${type}
      * on (namespace, pod) group_left (${USERNAME_ANNOTATION}) ${user}
    )[1d:${resolutionSeconds}s]))
  )
) * ${resolutionSeconds}`,
  };
}

/** As a regular expression inside a string of PromQL. */
function quoted(name: string): string {
  return name.replace(/[^\w-]/g, (letter) => `[${letter === '"' || letter === '\\' ? `\\${letter}` : letter}]`);
}

function held(settings: QuerySettings, nodes?: string): string {
  return heldRequests(settings, SCARCE, 'namespace, pod, container, node, resource', nodes);
}

/** Node-seconds that the cluster had over the day, by instance type; nodes with core's label are no part of compute. */
export function nodeCapacity(settings: QuerySettings, coreNodeLabel: TagRule): NamedQuery {
  const { resolutionSeconds } = settings;
  const label = `${labelName(coreNodeLabel.key)}=${JSON.stringify(coreNodeLabel.value)}`;
  const nodes = series(settings, NODE_LABELS, [TYPED], sampledAt(settings, NODE_LABELS));
  // Of two kube-state-metrics, one may not be told to export core's label.
  return {
    name: 'node capacity',
    promql: `sum by (${INSTANCE_TYPE}) (count_over_time((
  topk by (node) (1, max by (node, ${INSTANCE_TYPE}) (${nodes})) unless on (node) ${series(settings, NODE_LABELS, [label])}
)[1d:${resolutionSeconds}s])) * ${resolutionSeconds}`,
  };
}

/** The label of a sample of `nodeData` that says what was counted. */
export const COUNTED = 'counted';

/** A pod that is deleted with its node may be scraped once more than that. */
const SCRAPES_BEHIND = 5;

/**
 * What a day tells of pods and nodes. Of pods, their samples: a pod of a minute is not as much as one of a day.
 *
 * - `nodes` with an instance type and allocatable; kube-state-metrics tells types only if its label allowlist has nodes.
 * - `pods` with a user and a node, and `unknown`, those on nodes that lack either.
 * - `lost`: pods that were there for longer than their node.
 * - `unnamed`: pods that look like a user's and bore no username, so that kube-state-metrics tells nobody's.
 */
export function nodeData(settings: QuerySettings): NamedQuery {
  const counted = (what: string, vector: string) => `label_replace(${vector}, "${COUNTED}", "${what}", "", "")`;
  const typed = `group by (node) (${series(settings, NODE_LABELS, [TYPED], lastOfDay)})`;
  const scrapes = `max by (node) (${series(settings, ALLOCATABLE, ['resource="memory"'], countOfDay)})`;
  const allocatable = `group by (node) (${series(settings, ALLOCATABLE, ['resource="memory"'], largestOfDay)} > 0)`;
  const known = `(${typed} and on (node) ${allocatable})`;
  const named = `group by (namespace, pod) (${series(settings, ANNOTATIONS, [ANNOTATED], lastOfDay)})`;
  const placed = `max by (namespace, pod, node) (${placedRequests(settings, SCARCE, { over: countOfDay })})`;
  const pods = `(${placed} and on (namespace, pod) ${named})`;
  // A node's scrapes are taken from those of its longest pod; a node that has none keeps what the pod has.
  const longestStay = counted('lost', `max by (node) (${pods})`);
  const ofNodes = `-(${scrapes} * ${scrapesOfPods(settings)} + ${SCRAPES_BEHIND})`;
  const spawned = `max by (namespace, pod) (${spawnedRequests(settings, countOfDay)})`;
  return {
    name: 'pods and nodes',
    promql: [
      counted('nodes', `count(${known})`),
      counted('pods', `sum(${pods})`),
      counted('unknown', `sum((${pods} and on (node) (${typed} or ${allocatable})) unless on (node) ${known})`),
      counted('lost', `count(sum by (node) (${longestStay} or ${ofNodes}) > 0 and on () ${allocatable})`),
      counted('unnamed', `sum(${spawned} unless on (namespace, pod) ${named})`),
    ].join('\nor '),
  };
}

/** How many scrapes of pods there are for one of nodes. */
function scrapesOfPods({ scrapesPerHour, ...settings }: QuerySettings): number {
  const [pods = 1, nodes = 1] = [REQUESTS, ALLOCATABLE].map((metric) => scrapesPerHour?.get(metric.name(settings)));
  const ratio = pods / nodes;
  return ratio > 0.9 && ratio < 1.1 ? 1 : ratio;
}

/** A Kubernetes label as kube-state-metrics writes it. */
export function labelName(key: string): string {
  const snake = key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return `label_${snake.replace(/[^a-z0-9_]/g, '_')}`;
}
