import { ALL_HUBS, OperatorError, type DatasetReading, type Day, type DayWindow } from '#libs/domain';
import {
  datasetsOf,
  ImpossibleReadingError,
  MEASURES,
  measuresOf,
  UsageReader,
  type PrometheusMeasure,
} from '#libs/prometheus';
import { planUsageBackfill, planUsageDays, usageWindow, windowOf, type DueUsageDay } from '../plan-usage.js';
import { formatDays, formatWindow, skippedSummary, type SourceSummary } from '../run-summary.js';
import type { SyncWork } from '../task.js';
import { recordRun } from './record-run.js';

/**
 * Reads what is due of the usage and the memberships of every day, one day at a time, oldest first, and replaces it,
 * with the user costs that follow from it. A day that Prometheus has forgotten is recorded as missing, so that nobody
 * takes "not known" for "not used". A dataset whose reading of a day cannot be stays as it is stored; the others go on,
 * and the run fails naming it.
 */
export async function readUsage(work: SyncWork): Promise<SourceSummary> {
  const { config, session, signal, progress, today, measures = MEASURES } = work;
  const datasets = datasetsOf(measures);
  const due = work.days
    ? planUsageBackfill(work.days, datasets)
    : planUsageDays(today, await session.listUsageDays(usageWindow(today)), datasets);
  const window = windowOf(due.map(({ day }) => day));
  if (!window) return skippedSummary('prometheus', 'no day is due');
  return recordRun(work, { source: 'prometheus', window }, async (run, tally) => {
    const reader = new UsageReader({
      config: config.prometheus,
      attribution: config.attribution,
      resolutionSeconds: config.usageResolutionSeconds,
      measures,
      signal,
    });
    tally.daysDue = due.length;
    const forgotten: Day[] = [];
    const kept: Day[] = [];
    const impossible: ImpossibleReadingError[] = [];
    try {
      progress.show('asking Prometheus which days it remembers');
      const remembered = new Set(await reader.fetchRememberedDays(window));
      if (remembered.size === 0 && !work.days) throw new NoSamplesError(window);
      let handled = 0;
      for (const dueDay of due) {
        signal.throwIfAborted();
        const { day } = dueDay;
        const readAt = new Date();
        if (!remembered.has(day)) forgotten.push(day);
        // Today may have no sample yet, and is no gap before it is over.
        if (remembered.has(day) || day < today) {
          const readings = remembered.has(day)
            ? await fetchDay(reader, dueDay, impossible)
            : nothingOf(dueDay, measures);
          if (readings.length > 0) {
            const replacement = await session.replaceUsageDay(run, readings, readAt, work.policy);
            tally.daysChanged += Number(replacement.changed);
            tally.rowsWritten += replacement.rowsWritten;
            if (replacement.kept.length > 0) kept.push(day);
          }
        }
        tally.days += Number(remembered.has(day));
        handled += 1;
        progress.show(`reading usage: ${handled} of ${due.length} days`);
      }
    } finally {
      tally.requests = reader.traffic.requests;
      if (forgotten.length > 0) tally.notes.push(`Prometheus has no samples of ${formatDays(forgotten)}`);
      if (kept.length > 0) tally.notes.push(`kept, since Prometheus now covers less of it: ${formatDays(kept)}`);
    }
    if (impossible.length > 0) throw new ImpossibleReadingsError(impossible);
  });
}

/** Nothing at all is more likely a wrong address than a gap; days marked as missing would not be asked for again. */
export class NoSamplesError extends OperatorError {
  constructor(window: DayWindow) {
    super(
      `Prometheus has no samples of pods, home directories or groups in ${formatWindow(window)}: ` +
        `is it the one of this cluster, and does it scrape kube-state-metrics and the exporters?`,
    );
  }
}

/** The datasets of some days cannot be as they were read. What is stored of them stays; everything else was stored. */
export class ImpossibleReadingsError extends OperatorError {
  constructor(readings: readonly ImpossibleReadingError[]) {
    const more = readings.length > LISTED ? `; and ${readings.length - LISTED} more` : '';
    const listed = readings.slice(0, LISTED).map(({ message }) => message);
    super(`Prometheus gives readings that cannot be, of which nothing is stored: ${listed.join('; ')}${more}`);
  }
}

const LISTED = 3;

/** A dataset whose reading cannot be is left out, and added to `impossible`. */
async function fetchDay(
  reader: UsageReader,
  { day, datasets }: DueUsageDay,
  impossible: ImpossibleReadingError[],
): Promise<DatasetReading[]> {
  const readings: DatasetReading[] = [];
  for (const dataset of datasets) {
    try {
      readings.push(...(await reader.fetchReadings(day, dataset)));
    } catch (error) {
      if (!(error instanceof ImpossibleReadingError)) throw error;
      impossible.push(error);
    }
  }
  return readings;
}

function nothingOf({ day, datasets }: DueUsageDay, measures: readonly PrometheusMeasure[]): DatasetReading[] {
  return datasets.map((dataset) => ({
    day,
    dataset,
    hub: ALL_HUBS,
    coverage: 0,
    measures: measuresOf(dataset, measures).map(({ name }) => name),
    rows: [],
  }));
}
