import { startOfDay, type Day } from '#libs/domain';
import { dayNumber, MS_PER_DAY } from './day-number.js';
import { DAEMONS, LARGE, SPOT, STANDARD, WITH_GPU, type NodeType, type Request } from './node-types.js';
import type { HubOptions } from './options.js';
import { between, rollFor } from './random.js';
import type { Session } from './sessions.js';

/** A node, from joining the cluster until it leaves; instants in ms since 1970. */
export interface ClusterNode {
  readonly name: string;
  /** The hub whose tag its costs bear. */
  readonly namespace: string;
  readonly type: NodeType;
  readonly fromMs: number;
  readonly untilMs: number;
}

const MINUTE = 60_000;
/** A node joins so long before its first pod, and leaves so long after its last: scale-up and scale-down. */
const JOINS_BEFORE_MS = MINUTE;
const LEAVES_AFTER_MS = 4 * MINUTE;
const NAME_RESTS_MS = 10 * MINUTE;
const DAYS_WITH_REUSED_NAMES = 0.1;

/** The node that `prod` keeps on: it stands idle all night. */
export function alwaysOnNode(hub: HubOptions, fromMs: number, untilMs: number): ClusterNode | undefined {
  if (hub.tag !== 'prod') return undefined;
  return { name: nodeName(hub.namespace, 0), namespace: hub.namespace, type: STANDARD, fromMs, untilMs };
}

/** A node that is being filled. */
interface FillingNode {
  readonly name: string;
  readonly type: NodeType;
  readonly fromMs: number;
  readonly isAlwaysOn: boolean;
  readonly pods: { readonly request: Request; readonly endMs: number }[];
}

/**
 * Puts the sessions that were created on a day on nodes, in the order in which they were scheduled: on the first node of
 * the type that they need with room, else on a new one. On some days a name that was free for a while goes to the next node
 * that joins, of whatever type, as EC2 gives an address again.
 */
export function placeSessions(
  hub: HubOptions,
  sessions: readonly Session[],
  day: Day,
): { readonly sessions: Session[]; readonly nodes: ClusterNode[] } {
  const startMs = startOfDay(day).getTime();
  const standing = alwaysOnNode(hub, startMs, startMs + MS_PER_DAY);
  const nodes: FillingNode[] = standing ? [{ ...standing, isAlwaysOn: true, pods: [] }] : [];
  const onNode = new Map<Session, string>();
  const isReused = rollFor('reused names', hub.namespace, day)() < DAYS_WITH_REUSED_NAMES;
  // Some nodes stay past midnight: their names are not those of the next day's.
  let names = 1 + (dayNumber(day) % 30) * 2000;
  const placed = sessions.filter(({ scheduledMs }) => scheduledMs !== null);
  for (const session of placed.sort((a, b) => a.scheduledMs! - b.scheduledMs!)) {
    const type = typeFor(hub, session);
    const atMs = session.scheduledMs!;
    let node = nodes.find((one) => one.type === type && isThere(one, atMs) && hasRoom(one, session, atMs));
    if (!node) {
      const free = nodes.find(
        (one) =>
          isReused &&
          !isThere(one, atMs - NAME_RESTS_MS) &&
          !nodes.some((other) => other.name === one.name && isThere(other, atMs - NAME_RESTS_MS)),
      );
      const name = free?.name ?? nodeName(hub.namespace, names++);
      node = { name, type, fromMs: atMs - JOINS_BEFORE_MS, isAlwaysOn: false, pods: [] };
      nodes.push(node);
    }
    node.pods.push({ request: session, endMs: session.endMs });
    onNode.set(session, node.name);
  }
  return {
    sessions: sessions.map((session) => ({ ...session, node: onNode.get(session) ?? '' })),
    nodes: nodes
      .filter(({ isAlwaysOn }) => !isAlwaysOn)
      .map((node) => ({ ...node, namespace: hub.namespace, untilMs: leavesMs(node) }))
      .map(({ name, namespace, type, fromMs, untilMs }) => ({ name, namespace, type, fromMs, untilMs })),
  };
}

/** GPU pods need a GPU, large ones much memory; the workshop runs on spot, all others on the standard type. */
function typeFor(hub: HubOptions, request: Request): NodeType {
  if (request.gpus > 0) return WITH_GPU;
  if (request.memoryBytes > STANDARD.memoryBytes * 0.9) return LARGE;
  return hub.tag === 'workshop' ? SPOT : STANDARD;
}

function isThere(node: FillingNode, atMs: number): boolean {
  return node.isAlwaysOn || atMs < leavesMs(node);
}

function leavesMs({ pods }: FillingNode): number {
  return Math.max(...pods.map(({ endMs }) => endMs)) + LEAVES_AFTER_MS;
}

function hasRoom({ type, pods }: FillingNode, request: Request, atMs: number): boolean {
  const taken = [...DAEMONS, request, ...pods.filter(({ endMs }) => endMs > atMs).map((pod) => pod.request)];
  const sum = (key: keyof Request) => taken.reduce((total, one) => total + one[key], 0);
  return sum('cpuCores') <= type.cpuCores && sum('memoryBytes') <= type.memoryBytes && sum('gpus') <= type.gpus;
}

/** A node's name as EKS gives it. */
function nodeName(namespace: string, slot: number): string {
  const ofHub = between(rollFor('node', namespace), 0, 255);
  return `ip-10-${ofHub}-${Math.floor(slot / 250)}-${slot % 250}.us-west-2.compute.internal`;
}

/** The milliseconds that a node was there within [fromMs, untilMs). */
export function nodeMsWithin(node: ClusterNode, fromMs: number, untilMs: number): number {
  return Math.max(0, Math.min(node.untilMs, untilMs) - Math.max(node.fromMs, fromMs));
}
