import { addDays, dayOf, eachDay, startOfDay, type Day } from '#libs/domain';
import { rollFor, type ClusterNode, type Directory, type Estate, type Person, type Session } from '../estate/index.js';
import type { Labels } from './exposition.js';
import * as exporters from './labels.js';
import { scrapeInstants, sparseInstants } from './scrape-grid.js';

export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** A series with its samples in order of time. */
export interface SampledSeries {
  readonly labels: Labels;
  readonly samples: readonly Sample[];
}

/** What Prometheus scraped, and when. Instants [from, until); directories and groups may be scraped more rarely. */
export interface ScrapeHistory {
  readonly from: Date;
  readonly until: Date;
  readonly scrapeIntervalSeconds: number;
  readonly directoryIntervalSeconds: number;
  /** The part of scrapes (0 to 1) in which a person is missing: the groups exporter clears its series and refills them. */
  readonly groupDropouts?: number;
  /** Days of which nothing was scraped. */
  readonly lostDays?: readonly Day[];
}

/** The age up to which Prometheus takes a sample as current, in seconds. */
export const LOOKBACK_SECONDS = 300;
/** A little before the first instant, so that a query at that very instant finds samples. */
export const LEAD_MS = 60_000;

/**
 * Container requests, of the cluster's own pods and of everybody's. Memory of users has a sample per scrape; what
 * only has to exist has as few samples as leave every query's result the same.
 */
export function* requestSeries(estate: Estate, history: ScrapeHistory): Generator<SampledSeries> {
  for (const [index, pod] of exporters.SYSTEM_PODS.entries()) {
    // One of them tells how often the cluster is scraped.
    const seconds = index === 0 ? 0 : LOOKBACK_SECONDS;
    const often = instantsAt(history, Math.max(history.scrapeIntervalSeconds, seconds));
    yield series(exporters.requestLabels(pod, pod.node, 'memory'), often, pod.memoryBytes);
    yield series(exporters.requestLabels(pod, pod.node, 'cpu'), rarely(history), pod.cpuCores);
  }
  for (const session of sessionsWithin(estate, history)) {
    const placedMs = session.scheduledMs ?? session.endMs;
    const pending = podInstants(history, session.createdMs, placedMs);
    const placed = podInstants(history, placedMs, session.endMs);
    if (pending.length > 0) yield series(exporters.requestLabels(session, '', 'memory'), pending, session.memoryBytes);
    if (placed.length === 0) continue;
    yield series(exporters.requestLabels(session, session.node, 'memory'), placed, session.memoryBytes);
    const enough = sparseInstants(placed);
    yield series(exporters.requestLabels(session, session.node, 'cpu'), enough, session.cpuCores);
    if (session.gpus > 0)
      yield series(exporters.requestLabels(session, session.node, 'nvidia_com_gpu'), enough, session.gpus);
  }
  for (const [node, instants] of nodesWithin(estate, history)) {
    for (const pod of node.name === exporters.THE_CORE_NODE.name ? [] : exporters.daemonPods(node)) {
      yield series(exporters.requestLabels(pod, pod.node, 'memory'), instants, pod.memoryBytes);
      yield series(exporters.requestLabels(pod, pod.node, 'cpu'), instants, pod.cpuCores);
    }
  }
}

/** Labels of nodes, core's among them. */
export function nodeLabelSeries(estate: Estate, history: ScrapeHistory): SampledSeries[] {
  return joined(
    [...nodesWithin(estate, history)].map(([node, instants]) => series(exporters.nodeLabels(node), instants, 1)),
  );
}

/** What nodes have to give. */
export function allocatableSeries(estate: Estate, history: ScrapeHistory): SampledSeries[] {
  return joined(
    [...nodesWithin(estate, history)].flatMap(([node, instants]) =>
      exporters.allocatableOf(node.type).map(([resource, value]) => {
        return series(exporters.allocatableLabels(node.name, resource), instants, value);
      }),
    ),
  );
}

/** A node's name comes back, and with it its series: the samples of each in one place. */
function joined(all: readonly SampledSeries[]): SampledSeries[] {
  const byLabels = new Map<string, { readonly labels: Labels; readonly samples: Sample[] }>();
  for (const { labels, samples } of all) {
    const key = JSON.stringify(labels);
    const known = byLabels.get(key);
    if (known) known.samples.push(...samples);
    else byLabels.set(key, { labels, samples: [...samples] });
  }
  return [...byLabels.values()];
}

/** Memory that users' containers really use. */
export function* workingSetSeries(estate: Estate, history: ScrapeHistory): Generator<SampledSeries> {
  for (const [session, instants] of placedSessions(estate, history)) {
    yield series(
      exporters.containerLabels(session),
      instants,
      Math.round(session.memoryBytes * exporters.usedPart(session).memory),
    );
  }
}

/** CPU time that users' containers have used since they started. */
export function* cpuUsageSeries(estate: Estate, history: ScrapeHistory): Generator<SampledSeries> {
  for (const [session, instants] of placedSessions(estate, history)) {
    const cores = session.cpuCores * exporters.usedPart(session).cpu;
    const samples = instants.map((atMs) => ({ atMs, value: (cores * (atMs - session.scheduledMs!)) / 1000 }));
    yield { labels: exporters.containerLabels(session), samples };
  }
}

function* placedSessions(estate: Estate, history: ScrapeHistory): Generator<readonly [Session, number[]]> {
  for (const session of sessionsWithin(estate, history)) {
    if (session.scheduledMs === null) continue;
    const instants = podInstants(history, session.scheduledMs, session.endMs);
    if (instants.length > 0) yield [session, sparseInstants(instants)];
  }
}

/** Every node, with as few instants as leave every query's result the same. */
function* nodesWithin(estate: Estate, history: ScrapeHistory): Generator<readonly [ClusterNode, number[]]> {
  const [fromMs, untilMs] = [history.from.getTime() - LEAD_MS, history.until.getTime()];
  const core = { ...exporters.THE_CORE_NODE, namespace: 'kube-system', fromMs, untilMs };
  const days = daysOf(history);
  const started = [...(days[0] ? [addDays(days[0], -1)] : []), ...days].flatMap((day) => estate.nodesStartedOn(day));
  for (const node of [core, ...estate.standingNodes(fromMs, untilMs), ...started]) {
    const instants = podInstants(history, node.fromMs, node.untilMs);
    if (instants.length > 0) yield [node, sparseInstants(instants)];
  }
}

/** Pod annotations: whose pod it is. */
export function* annotationSeries(estate: Estate, history: ScrapeHistory): Generator<SampledSeries> {
  for (const pod of exporters.SYSTEM_PODS) yield series(exporters.systemAnnotationLabels(pod), rarely(history), 1);
  for (const session of sessionsWithin(estate, history)) {
    const instants = podInstants(history, session.createdMs, session.endMs);
    if (instants.length > 0) yield series(exporters.annotationLabels(session), sparseInstants(instants), 1);
  }
}

/** Phases of the cluster's own pods; those of users are gone when they end. */
export function* phaseSeries(history: ScrapeHistory): Generator<SampledSeries> {
  for (const pod of exporters.SYSTEM_PODS) yield series(exporters.runningLabels(pod), rarely(history), 1);
}

/** Directory sizes. */
export function* directorySeries(estate: Estate, history: ScrapeHistory): Generator<SampledSeries> {
  const days = daysOf(history);
  for (const directory of estate.directories) {
    const samples = days.flatMap((day) => directorySamples(estate, history, directory, day));
    if (samples.length > 0) yield { labels: exporters.directoryLabels(directory), samples };
  }
}

/**
 * Group memberships. The first person of all is scraped every five minutes, so that the metric is never missed; the
 * others as rarely as directories, and some of those scrapes come while the exporter refills.
 */
export function* groupSeries(estate: Estate, history: ScrapeHistory): Generator<SampledSeries> {
  const days = daysOf(history);
  for (const [index, person] of estate.people.entries()) {
    const isFirst = index === 0;
    const intervalSeconds = isFirst
      ? Math.min(LOOKBACK_SECONDS, history.directoryIntervalSeconds)
      : history.directoryIntervalSeconds;
    const byMark = new Map<string, Sample[]>();
    for (const day of days) {
      const groups = estate.groupsOn(person, day);
      if (!groups) continue;
      const instants = instantsOn(history, day, intervalSeconds);
      const samples = instants
        .filter((atMs) => isFirst || !isDroppedOut(history, person, atMs))
        .map((atMs) => ({ atMs, value: 1 }));
      for (const mark of exporters.groupMarks(groups)) {
        if (!byMark.has(mark)) byMark.set(mark, []);
        byMark.get(mark)!.push(...samples);
      }
    }
    for (const [mark, samples] of byMark) {
      if (samples.length > 0) yield { labels: exporters.groupLabels(person, mark), samples };
    }
  }
}

function directorySamples(estate: Estate, history: ScrapeHistory, directory: Directory, day: Day): Sample[] {
  const spans = estate.sizesOn(directory, day);
  if (spans.length === 0) return [];
  return instantsOn(history, day, history.directoryIntervalSeconds).flatMap((atMs) => {
    const span = spans.find(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
    return span ? [{ atMs, value: span.bytes }] : [];
  });
}

function* sessionsWithin(estate: Estate, history: ScrapeHistory): Generator<Session> {
  const [first, ...rest] = daysOf(history);
  if (first === undefined) return;
  for (const day of [addDays(first, -1), first, ...rest]) yield* estate.sessionsStartedOn(day);
}

function isDroppedOut(history: ScrapeHistory, person: Person, atMs: number): boolean {
  if (!history.groupDropouts) return false;
  return rollFor('dropout', person.namespace, person.username, atMs)() < history.groupDropouts;
}

function series(labels: Labels, instants: readonly number[], value: number): SampledSeries {
  return { labels, samples: instants.map((atMs) => ({ atMs, value })) };
}

function rarely(history: ScrapeHistory): number[] {
  return instantsAt(history, history.directoryIntervalSeconds);
}

function instantsAt(history: ScrapeHistory, intervalSeconds: number): number[] {
  return scrapeInstants(intervalSeconds, history.from.getTime() - LEAD_MS, history.until.getTime());
}

function podInstants(history: ScrapeHistory, fromMs: number, untilMs: number): number[] {
  const { from, until, scrapeIntervalSeconds } = history;
  const startMs = Math.max(fromMs, from.getTime() - LEAD_MS);
  return scrapeInstants(scrapeIntervalSeconds, startMs, Math.min(untilMs, until.getTime()));
}

function instantsOn(history: ScrapeHistory, day: Day, intervalSeconds: number): number[] {
  const startMs = startOfDay(day).getTime();
  const fromMs = Math.max(startMs, history.from.getTime() - LEAD_MS);
  const untilMs = Math.min(startOfDay(addDays(day, 1)).getTime(), history.until.getTime());
  return scrapeInstants(intervalSeconds, fromMs, untilMs);
}

function daysOf(history: ScrapeHistory): Day[] {
  const from = dayOf(new Date(history.from.getTime() - LEAD_MS));
  return eachDay({ from, until: addDays(dayOf(new Date(history.until.getTime() - 1)), 1) });
}
