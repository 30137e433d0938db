import type { Estate } from '../estate/index.js';
import type { Labels } from '../openmetrics/exposition.js';
import {
  annotationSeries,
  directorySeries,
  groupSeries,
  requestSeries,
  type SampledSeries,
  type ScrapeHistory,
} from '../openmetrics/sampled-series.js';
import { forEachVisible, historyBefore, MS_PER_DAY, subqueryGrid, type Grid } from './visibility.js';

/** One series of an instant answer. */
export interface VectorSample {
  readonly metric: Labels;
  readonly value: number;
}

const USERNAME = 'annotation_hub_jupyter_org_username';
const HOUR_SECONDS = 3600;

/** Memory that placed pods of each user requested over the day before the instant, in byte-seconds. */
export function evaluateCompute(
  estate: Estate,
  history: ScrapeHistory,
  atMs: number,
  stepSeconds: number,
): VectorSample[] {
  const grid = subqueryGrid(atMs, stepSeconds);
  const seen = historyBefore(history, grid);
  const owners = ownersOfPods(estate, seen, grid);
  const containers = new Map<string, { pod: string; namespace: string; bytes: Float64Array }>();
  for (const series of requestSeries(estate, seen)) {
    const { namespace = '', pod = '', container, resource, node } = series.labels;
    if (resource !== 'memory' || node === '' || !owners.has(`${namespace}/${pod}`)) continue;
    const key = `${namespace}/${pod}/${container}`;
    const entry = containers.get(key) ?? { pod: `${namespace}/${pod}`, namespace, bytes: new Float64Array(grid.count) };
    containers.set(key, entry);
    forEachVisible(series, grid, (index, value) => (entry.bytes[index] = Math.max(entry.bytes[index]!, value)));
  }
  const sums = new Map<string, { metric: Labels; value: number }>();
  for (const { pod, namespace, bytes } of containers.values()) {
    bytes.forEach((value, index) => {
      const username = owners.get(pod)![index];
      if (value === 0 || username === undefined) return;
      const key = `${namespace}/${username}`;
      const sum = sums.get(key) ?? { metric: { namespace, [USERNAME]: username }, value: 0 };
      sum.value += value;
      sums.set(key, sum);
    });
  }
  return [...sums.values()].map(({ metric, value }) => ({ metric, value: value * stepSeconds }));
}

/** Size of each directory over the day before the instant, in byte-seconds, from one value per hour. */
export function evaluateHomeStorage(estate: Estate, history: ScrapeHistory, atMs: number): VectorSample[] {
  const grid = subqueryGrid(atMs, HOUR_SECONDS);
  const answer: VectorSample[] = [];
  for (const series of directorySeries(estate, historyBefore(history, grid))) {
    let sum: number | undefined;
    forEachVisible(series, grid, (_, value) => (sum = (sum ?? 0) + value));
    const { namespace = '', directory = '' } = series.labels;
    if (sum !== undefined) answer.push({ metric: { namespace, directory }, value: sum * HOUR_SECONDS });
  }
  return answer;
}

/** Memberships with any sample in the day before the instant. */
export function evaluateMemberships(estate: Estate, history: ScrapeHistory, atMs: number): VectorSample[] {
  const day = { ...history, from: new Date(Math.max(history.from.getTime(), atMs - MS_PER_DAY)) };
  const until = new Date(Math.min(history.until.getTime(), atMs + 1));
  const answer: VectorSample[] = [];
  for (const { labels, samples } of groupSeries(estate, { ...day, until })) {
    if (samples.some((sample) => sample.atMs > atMs - MS_PER_DAY)) answer.push({ metric: labels, value: 1 });
  }
  return answer;
}

/** The points of the grid at which any series of the dataset is current. */
export function evaluatePresence(
  estate: Estate,
  history: ScrapeHistory,
  dataset: 'compute' | 'home storage' | 'memberships',
  grid: Grid,
): number[] {
  const isPresent = new Uint8Array(grid.count);
  let missing = grid.count;
  for (const series of seriesOf(dataset, estate, historyBefore(history, grid))) {
    if (missing === 0) break;
    if (dataset === 'compute' && series.labels.resource !== 'memory') continue;
    forEachVisible(series, grid, (index) => {
      if (!isPresent[index]) missing -= 1;
      isPresent[index] = 1;
    });
  }
  return Array.from(isPresent.keys()).filter((index) => isPresent[index]);
}

function seriesOf(dataset: string, estate: Estate, history: ScrapeHistory): Iterable<SampledSeries> {
  if (dataset === 'compute') return requestSeries(estate, history);
  return dataset === 'home storage' ? directorySeries(estate, history) : groupSeries(estate, history);
}

/** Pod → username at each point of the grid, by the annotation with the newest sample. */
function ownersOfPods(estate: Estate, history: ScrapeHistory, grid: Grid): Map<string, (string | undefined)[]> {
  const owners = new Map<string, (string | undefined)[]>();
  const newest = new Map<string, Float64Array>();
  for (const series of annotationSeries(estate, history)) {
    const { namespace, pod, [USERNAME]: username } = series.labels;
    if (!username) continue;
    const key = `${namespace}/${pod}`;
    if (!owners.has(key)) {
      owners.set(key, Array<string | undefined>(grid.count));
      newest.set(key, new Float64Array(grid.count));
    }
    forEachVisible(series, grid, (index, _, sampledMs) => {
      if (sampledMs <= newest.get(key)![index]!) return;
      newest.get(key)![index] = sampledMs;
      owners.get(key)![index] = username;
    });
  }
  return owners;
}
