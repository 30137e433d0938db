import {
  ANNOTATIONS,
  DIRECTORY_SIZES,
  REQUESTS,
  USER_GROUPS,
  type Labels,
} from '../../apps/simulator/src/openmetrics/exposition.js';
import {
  annotationSeries,
  directorySeries,
  groupSeries,
  requestSeries,
  type SampledSeries,
  type ScrapeHistory,
} from '../../apps/simulator/src/openmetrics/sampled-series.js';
import type { Estate } from '../../apps/simulator/src/index.js';
import { STALE, writeRemotely, type WrittenSeries } from './remote-write.js';

const HOUR_MS = 3_600_000;
type Sample = WrittenSeries['samples'][number];

/**
 * Writes the estate's metrics into a Prometheus as scrapes every minute would have: a sample each minute while a pod is
 * there, and a stale marker at the first scrape after. From `twiceFrom` on a second kube-state-metrics reports the pods
 * too, as a highly available set-up does. Returns the number of samples.
 */
export async function writeScrapedEstate(
  url: string,
  estate: Estate,
  history: ScrapeHistory,
  twiceFrom: Date,
  onProgress: (text: string) => void,
): Promise<number> {
  const hours = new Map<number, { labels: Labels; samples: Sample[] }[]>();
  let count = 0;
  for (const { labels, samples } of scrapedSeries(estate, history, twiceFrom)) {
    count += samples.length;
    let latest: { hour: number; samples: Sample[] } | undefined;
    for (const sample of samples) {
      const hour = Math.floor(sample.atMs / HOUR_MS);
      if (latest?.hour !== hour) {
        latest = { hour, samples: [] };
        if (!hours.has(hour)) hours.set(hour, []);
        hours.get(hour)!.push({ labels, samples: latest.samples });
      }
      latest.samples.push(sample);
    }
  }
  const inOrder = [...hours].sort(([a], [b]) => a - b);
  for (const [index, [, series]] of inOrder.entries()) {
    await writeRemotely(url, series);
    if ((index + 1) % 12 === 0) onProgress(`wrote ${index + 1} of ${inOrder.length} hours`);
  }
  return count;
}

function* scrapedSeries(estate: Estate, history: ScrapeHistory, twiceFrom: Date): Generator<WrittenSeries> {
  const intervalMs = history.scrapeIntervalSeconds * 1000;
  const pods = [
    [REQUESTS.name, requestSeries(estate, history)] as const,
    [ANNOTATIONS.name, annotationSeries(estate, history)] as const,
  ];
  for (const [name, all] of pods) {
    for (const sampled of all) {
      const samples = withMarker(atEveryScrape(sampled, intervalMs), intervalMs, history.until.getTime());
      yield { labels: { ...sampled.labels, __name__: name }, samples };
      const again = samples.filter(({ atMs }) => atMs >= twiceFrom.getTime());
      if (again.length > 0) yield { labels: { ...sampled.labels, __name__: name, instance: 'second' }, samples: again };
    }
  }
  for (const [name, all] of [
    [DIRECTORY_SIZES.name, directorySeries(estate, history)] as const,
    [USER_GROUPS.name, groupSeries(estate, history)] as const,
  ]) {
    for (const { labels, samples } of all) yield { labels: { ...labels, __name__: name }, samples };
  }
}

/** The simulator leaves samples out where no answer of the project's own depends on them; a scrape leaves none out. */
function atEveryScrape({ samples }: SampledSeries, intervalMs: number): SampledSeries['samples'] {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const length = Math.floor((last.atMs - first.atMs) / intervalMs) + 1;
  return Array.from({ length }, (_, index) => ({ atMs: first.atMs + index * intervalMs, value: first.value }));
}

function withMarker(samples: SampledSeries['samples'], intervalMs: number, untilMs: number): readonly Sample[] {
  const atMs = samples.at(-1)!.atMs + intervalMs;
  return atMs < untilMs ? [...samples, { atMs, value: STALE }] : samples;
}
