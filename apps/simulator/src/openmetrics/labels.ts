import {
  CORE,
  DAEMONS,
  escapeSlug,
  rollFor,
  hexDigits,
  safeSlug,
  type ClusterNode,
  type Directory,
  type NodeType,
  type Person,
  type Session,
} from '../estate/index.js';
import type { Labels } from './exposition.js';

/** A pod of the cluster itself: it has requests whether or not anybody uses the hubs. */
export interface SystemPod {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly node: string;
  readonly memoryBytes: number;
  readonly cpuCores: number;
}

const CORE_NODE = 'ip-192-168-12-34.us-west-2.compute.internal';
const MIB = 1024 ** 2;

export const SYSTEM_PODS: readonly SystemPod[] = [
  systemPod('kube-system', 'coredns-6f9bb5c9d8-x2x7k', 'coredns', 70 * MIB, 0.1),
  systemPod('support', 'support-prometheus-server-7d9c5b6f4-hq2wz', 'prometheus-server', 4096 * MIB, 0.5),
  systemPod('prod', 'hub-5b7c8d9f6-k8s2p', 'hub', 512 * MIB, 0.1),
];

/** Resources as kube-state-metrics names them. */
export type Resource = 'memory' | 'cpu' | 'nvidia_com_gpu';
const UNITS: Readonly<Record<Resource, string>> = { memory: 'byte', cpu: 'core', nvidia_com_gpu: 'integer' };

/** The core node, which is there at all times. */
export const THE_CORE_NODE: Pick<ClusterNode, 'name' | 'type'> = { name: CORE_NODE, type: CORE };

/** kube-state-metrics' labels of a node with `--metric-labels-allowlist=nodes=[*]`. */
export function nodeLabels({ name, type }: Pick<ClusterNode, 'name' | 'type'>): Labels {
  const purpose = name === CORE_NODE ? 'core' : 'user';
  return {
    node: name,
    label_node_kubernetes_io_instance_type: type.name,
    label_hub_jupyter_org_node_purpose: purpose,
  };
}

/** What the node has to give, by resource. */
export function allocatableOf(type: NodeType): (readonly [Resource, number])[] {
  const plain = [['cpu', type.cpuCores] as const, ['memory', type.memoryBytes] as const];
  return type.gpus > 0 ? [...plain, ['nvidia_com_gpu', type.gpus]] : plain;
}

export function allocatableLabels(node: string, resource: Resource): Labels {
  return { node, resource, unit: UNITS[resource] };
}

/** The pods that a daemon set runs on the node. */
export function daemonPods({ name, fromMs }: ClusterNode): (SystemPod & { readonly gpus: number })[] {
  return DAEMONS.map((daemon) => {
    const roll = rollFor('daemon', daemon.name, name, fromMs);
    return {
      ...daemon,
      namespace: 'kube-system',
      pod: `${daemon.name}-${hexDigits(roll, 5)}`,
      uid: `${hexDigits(roll, 8)}-0000-4000-8000-${hexDigits(roll, 12)}`,
      container: daemon.name,
      node: name,
    };
  });
}

/** cAdvisor's labels of a container. */
export function containerLabels({ namespace, pod, uid, container, node }: Session): Labels {
  return { namespace, pod, container, node, id: `/kubepods/burstable/pod${uid}`, name: container };
}

/** How much of what it asked for a pod really uses; always the same for the same pod. */
export function usedPart(session: Session): { readonly memory: number; readonly cpu: number } {
  const roll = rollFor('used', session.uid);
  return { memory: 0.1 + roll() * 0.6, cpu: 0.02 + roll() * 0.9 };
}

/** kube-state-metrics' labels of a container's request; `node` is empty until the pod is placed. */
export function requestLabels(
  pod: Pick<SystemPod, 'namespace' | 'pod' | 'uid' | 'container'>,
  node: string,
  resource: Resource,
): Labels {
  const unit = UNITS[resource];
  return { namespace: pod.namespace, pod: pod.pod, uid: pod.uid, container: pod.container, node, resource, unit };
}

/** kube-state-metrics' labels of a pod's annotations, with the one that KubeSpawner sets. */
export function annotationLabels(session: Session): Labels {
  return {
    namespace: session.namespace,
    pod: session.pod,
    uid: session.uid,
    annotation_hub_jupyter_org_username: session.username,
  };
}

/** A pod that is not a user's has annotations as well. */
export function systemAnnotationLabels({ namespace, pod, uid }: SystemPod): Labels {
  return { namespace, pod, uid };
}

/** A pod that runs. */
export function runningLabels({ namespace, pod, uid }: SystemPod): Labels {
  return { namespace, pod, uid, phase: 'Running' };
}

export function directoryLabels({ namespace, directory }: Directory): Labels {
  return { namespace, directory };
}

export function groupLabels(person: Person, usergroup: string): Labels {
  return {
    namespace: person.namespace,
    usergroup,
    username: person.username,
    username_escaped: escapeSlug(person.username),
    username_safe: safeSlug(person.username),
  };
}

/** A person's series: one per group, and the exporter's marks for those in several groups and in none. */
export function groupMarks(groups: readonly string[]): readonly string[] {
  if (groups.length === 0) return ['none'];
  return groups.length === 1 ? groups : [...groups, 'multiple'];
}

function systemPod(namespace: string, pod: string, container: string, memoryBytes: number, cpuCores: number) {
  const uid = `00000000-0000-4000-8000-${Buffer.from(container).toString('hex').padEnd(12, '0').slice(0, 12)}`;
  return { namespace, pod, uid, container, node: CORE_NODE, memoryBytes, cpuCores };
}
