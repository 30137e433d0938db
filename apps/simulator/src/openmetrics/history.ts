import { dayOf, startOfDay } from '#libs/domain';
import type { Estate } from '../estate/index.js';
import { END, FAMILIES, familyHead, seriesHead, type Family } from './exposition.js';
import * as series from './sampled-series.js';
import { LOOKBACK_SECONDS, type Sample, type SampledSeries, type ScrapeHistory } from './sampled-series.js';

const CHUNK_LENGTH = 64 * 1024;

/**
 * The history as OpenMetrics text with timestamps in seconds, in pieces, for
 * `promtool tsdb create-blocks-from openmetrics`.
 *
 * Unless `given` says otherwise it is all that Prometheus remembers up to now, scraped every minute, directories and
 * groups hourly.
 *
 * What a scrape would have left and text cannot: stale markers. A series counts as current for five minutes after its
 * last sample, so every session is up to five minutes longer than it was.
 */
export async function* historyText(estate: Estate, given: Partial<ScrapeHistory> = {}): AsyncGenerator<string> {
  const history = {
    from: startOfDay(estate.usageFrom),
    until: new Date(),
    scrapeIntervalSeconds: 60,
    directoryIntervalSeconds: 3600,
    ...given,
  };
  let chunk = '';
  for (const piece of pieces(estate, history)) {
    chunk += piece;
    if (chunk.length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk + END;
}

function* pieces(estate: Estate, history: ScrapeHistory): Generator<string> {
  const lost = new Set(history.lostDays);
  // A sample of the last minutes before a lost day would last until its first ones, and all of the day's cost be theirs. Of scrapes
  // that are five minutes apart it lasts a little longer than LOOKBACK_SECONDS.
  const isLost = (atMs: number) =>
    lost.has(dayOf(new Date(atMs))) || lost.has(dayOf(new Date(atMs + 2 * LOOKBACK_SECONDS * 1000)));
  const isKept = ({ atMs }: Sample) => lost.size === 0 || !isLost(atMs);
  function* familyText(family: Family, all: Iterable<SampledSeries>): Generator<string> {
    yield familyHead(family);
    for (const { labels, samples } of all) {
      const head = seriesHead(family, labels);
      yield samples
        .filter(isKept)
        .map(({ atMs, value }) => `${head} ${value} ${atMs / 1000}\n`)
        .join('');
    }
  }
  yield* familyText(FAMILIES.requests, series.requestSeries(estate, history));
  yield* familyText(FAMILIES.annotations, series.annotationSeries(estate, history));
  yield* familyText(FAMILIES.phases, series.phaseSeries(history));
  yield* familyText(FAMILIES.directorySizes, series.directorySeries(estate, history));
  yield* familyText(FAMILIES.userGroups, series.groupSeries(estate, history));
  yield* familyText(FAMILIES.nodeLabels, series.nodeLabelSeries(estate, history));
  yield* familyText(FAMILIES.nodeAllocatable, series.allocatableSeries(estate, history));
  yield* familyText(FAMILIES.workingSet, series.workingSetSeries(estate, history));
  yield* familyText(FAMILIES.cpuUsage, series.cpuUsageSeries(estate, history));
}
