import { dayOf } from '#libs/domain';
import type { Estate, Session } from '../estate/index.js';
import { END, FAMILIES, familyHead, seriesHead, type Family, type Labels } from './exposition.js';
import * as exporters from './labels.js';

type Gauge = readonly [labels: Labels, value: number];

/**
 * What the exporters of the cluster say at this instant, all in one page. The labels `namespace`, `pod` and `node` are
 * the exporters' own: scrape with `honor_labels: true`.
 */
export function liveText(estate: Estate, now: Date): string {
  return (
    familyText(FAMILIES.requests, requests(estate, now)) +
    familyText(FAMILIES.annotations, annotations(estate, now)) +
    familyText(
      FAMILIES.phases,
      exporters.SYSTEM_PODS.map((pod) => [exporters.runningLabels(pod), 1]),
    ) +
    familyText(FAMILIES.directorySizes, directorySizes(estate, now)) +
    familyText(FAMILIES.userGroups, userGroups(estate, now)) +
    familyText(
      FAMILIES.nodeLabels,
      [exporters.THE_CORE_NODE, ...nodesAt(estate, now)].map((node) => [exporters.nodeLabels(node), 1]),
    ) +
    familyText(
      FAMILIES.nodeAllocatable,
      [exporters.THE_CORE_NODE, ...nodesAt(estate, now)].flatMap(({ name, type }) =>
        exporters
          .allocatableOf(type)
          .map(([resource, value]): Gauge => [exporters.allocatableLabels(name, resource), value]),
      ),
    ) +
    familyText(
      FAMILIES.workingSet,
      used(estate, now, (session) => session.memoryBytes * exporters.usedPart(session).memory),
    ) +
    familyText(
      FAMILIES.cpuUsage,
      used(estate, now, (session) => {
        return (session.cpuCores * exporters.usedPart(session).cpu * (now.getTime() - session.scheduledMs!)) / 1000;
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
  const system = exporters.SYSTEM_PODS.map((pod) => ({ ...pod, gpus: 0 }));
  return [...system, ...nodesAt(estate, now).flatMap(exporters.daemonPods), ...users].flatMap((pod): Gauge[] => [
    [exporters.requestLabels(pod, pod.node, 'memory'), pod.memoryBytes],
    [exporters.requestLabels(pod, pod.node, 'cpu'), pod.cpuCores],
    ...(pod.gpus > 0 ? [[exporters.requestLabels(pod, pod.node, 'nvidia_com_gpu'), pod.gpus] as const] : []),
  ]);
}

function used(estate: Estate, now: Date, valueOf: (session: Session) => number): Gauge[] {
  return sessionsAt(estate, now)
    .filter(({ scheduledMs }) => scheduledMs !== null && scheduledMs <= now.getTime())
    .map((session) => [exporters.containerLabels(session), valueOf(session)]);
}

function nodesAt(estate: Estate, now: Date) {
  const atMs = now.getTime();
  return estate.nodesOn(dayOf(now)).filter(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
}

function annotations(estate: Estate, now: Date): Gauge[] {
  const users = sessionsAt(estate, now).map(exporters.annotationLabels);
  return [...exporters.SYSTEM_PODS.map(exporters.systemAnnotationLabels), ...users].map((labels) => [labels, 1]);
}

function directorySizes(estate: Estate, now: Date): Gauge[] {
  const atMs = now.getTime();
  return estate.directories.flatMap((directory): Gauge[] => {
    const spans = estate.sizesOn(directory, dayOf(now));
    const span = spans.find(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
    return span ? [[exporters.directoryLabels(directory), span.bytes]] : [];
  });
}

function userGroups(estate: Estate, now: Date): Gauge[] {
  return estate.people.flatMap((person): Gauge[] => {
    const groups = estate.groupsOn(person, dayOf(now));
    return groups ? exporters.groupMarks(groups).map((mark) => [exporters.groupLabels(person, mark), 1]) : [];
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
