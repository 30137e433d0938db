import { dayOf } from '#libs/domain';
import type { Estate, Session } from '../estate/index.js';
import {
  ANNOTATIONS,
  CPU_USAGE,
  DIRECTORY_SIZES,
  END,
  familyHead,
  NODE_ALLOCATABLE,
  NODE_LABELS,
  PHASES,
  REQUESTS,
  seriesHead,
  USER_GROUPS,
  WORKING_SET,
  type Family,
  type Labels,
} from './exposition.js';
import {
  allocatableLabels,
  allocatableOf,
  annotationLabels,
  containerLabels,
  daemonPods,
  directoryLabels,
  groupLabels,
  groupMarks,
  nodeLabels,
  requestLabels,
  runningLabels,
  SYSTEM_PODS,
  systemAnnotationLabels,
  THE_CORE_NODE,
  usedPart,
} from './labels.js';

type Gauge = readonly [labels: Labels, value: number];

/**
 * What the exporters of the cluster say at this instant, all in one page. The labels `namespace`, `pod` and `node` are
 * the exporters' own: scrape with `honor_labels: true`.
 */
export function liveText(estate: Estate, now: Date): string {
  return (
    familyText(REQUESTS, requests(estate, now)) +
    familyText(ANNOTATIONS, annotations(estate, now)) +
    familyText(
      PHASES,
      SYSTEM_PODS.map((pod) => [runningLabels(pod), 1]),
    ) +
    familyText(DIRECTORY_SIZES, directorySizes(estate, now)) +
    familyText(USER_GROUPS, userGroups(estate, now)) +
    familyText(
      NODE_LABELS,
      [THE_CORE_NODE, ...nodesAt(estate, now)].map((node) => [nodeLabels(node), 1]),
    ) +
    familyText(
      NODE_ALLOCATABLE,
      [THE_CORE_NODE, ...nodesAt(estate, now)].flatMap(({ name, type }) =>
        allocatableOf(type).map(([resource, value]): Gauge => [allocatableLabels(name, resource), value]),
      ),
    ) +
    familyText(
      WORKING_SET,
      used(estate, now, (session) => session.memoryBytes * usedPart(session).memory),
    ) +
    familyText(
      CPU_USAGE,
      used(estate, now, (session) => {
        return (session.cpuCores * usedPart(session).cpu * (now.getTime() - session.scheduledMs!)) / 1000;
      }),
    ) +
    END
  );
}

function requests(estate: Estate, now: Date): Gauge[] {
  const users = sessionsAt(estate, now).map((session) => {
    const isPlaced = session.scheduledMs !== null && session.scheduledMs <= now.getTime();
    return { ...session, node: isPlaced ? session.node : '' };
  });
  const system = SYSTEM_PODS.map((pod) => ({ ...pod, gpus: 0 }));
  return [...system, ...nodesAt(estate, now).flatMap(daemonPods), ...users].flatMap((pod): Gauge[] => [
    [requestLabels(pod, pod.node, 'memory'), pod.memoryBytes],
    [requestLabels(pod, pod.node, 'cpu'), pod.cpuCores],
    ...(pod.gpus > 0 ? [[requestLabels(pod, pod.node, 'nvidia_com_gpu'), pod.gpus] as const] : []),
  ]);
}

function used(estate: Estate, now: Date, valueOf: (session: Session) => number): Gauge[] {
  return sessionsAt(estate, now)
    .filter(({ scheduledMs }) => scheduledMs !== null && scheduledMs <= now.getTime())
    .map((session) => [containerLabels(session), valueOf(session)]);
}

function nodesAt(estate: Estate, now: Date) {
  const atMs = now.getTime();
  return estate.nodesOn(dayOf(now)).filter(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
}

function annotations(estate: Estate, now: Date): Gauge[] {
  const users = sessionsAt(estate, now).map(annotationLabels);
  return [...SYSTEM_PODS.map(systemAnnotationLabels), ...users].map((labels) => [labels, 1]);
}

function directorySizes(estate: Estate, now: Date): Gauge[] {
  const atMs = now.getTime();
  return estate.directories.flatMap((directory): Gauge[] => {
    const spans = estate.sizesOn(directory, dayOf(now));
    const span = spans.find(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
    return span ? [[directoryLabels(directory), span.bytes]] : [];
  });
}

function userGroups(estate: Estate, now: Date): Gauge[] {
  return estate.people.flatMap((person): Gauge[] => {
    const groups = estate.groupsOn(person, dayOf(now));
    return groups ? groupMarks(groups).map((mark) => [groupLabels(person, mark), 1]) : [];
  });
}

function sessionsAt(estate: Estate, now: Date) {
  const atMs = now.getTime();
  return estate.sessionsOn(dayOf(now)).filter((session) => session.createdMs <= atMs && atMs < session.endMs);
}

function familyText(family: Family, gauges: readonly Gauge[]): string {
  const lines = gauges.map(([labels, value]) => `${seriesHead(family, labels)} ${value}\n`);
  return familyHead(family) + lines.join('');
}
