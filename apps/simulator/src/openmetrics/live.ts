import { dayOf } from '#libs/domain';
import type { Estate } from '../estate/index.js';
import {
  ANNOTATIONS,
  DIRECTORY_SIZES,
  END,
  familyHead,
  PHASES,
  REQUESTS,
  seriesHead,
  USER_GROUPS,
  type Family,
  type Labels,
} from './exposition.js';
import {
  annotationLabels,
  directoryLabels,
  groupLabels,
  groupMarks,
  requestLabels,
  runningLabels,
  SYSTEM_PODS,
  systemAnnotationLabels,
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
    END
  );
}

function requests(estate: Estate, now: Date): Gauge[] {
  const users = sessionsAt(estate, now).map((session) => {
    const isPlaced = session.scheduledMs !== null && session.scheduledMs <= now.getTime();
    return { ...session, node: isPlaced ? session.node : '' };
  });
  return [...SYSTEM_PODS, ...users].flatMap((pod): Gauge[] => [
    [requestLabels(pod, pod.node, 'memory'), pod.memoryBytes],
    [requestLabels(pod, pod.node, 'cpu'), pod.cpuCores],
  ]);
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
