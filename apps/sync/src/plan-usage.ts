import { knownCostWindow } from '#libs/cost-explorer';
import type { UsageDay } from '#libs/database';
import { USAGE_RETRY_DAYS, addDays, eachDay, type Day, type DayWindow, type UsageDataset } from '#libs/domain';
import { DATASETS } from '#libs/prometheus';

/** What is stored of one dataset of a day. */
export type StoredUsageDay = Pick<UsageDay, 'day' | 'dataset' | 'status'>;

/** What a run reads of a day: some of its datasets, never none. */
export interface DueUsageDay {
  readonly day: Day;
  readonly datasets: readonly UsageDataset[];
}

/** The days whose usage may be wanted: those that can have costs. */
export const usageWindow: (today: Day) => DayWindow = knownCostWindow;

/**
 * What the next run reads, oldest day first, since Prometheus forgets those first: of every day of the window the
 * datasets that were never read, are provisional, or were missing less than a week ago. Today is among them. What is
 * final is not read again because another dataset of its day is due.
 */
export function planUsageDays(
  today: Day,
  stored: readonly StoredUsageDay[],
  all: readonly UsageDataset[] = DATASETS,
): DueUsageDay[] {
  const retriedFrom = addDays(today, -USAGE_RETRY_DAYS);
  const settled = new Set(stored.map(keyOf));
  for (const record of stored) {
    const { day, status } = record;
    if (status !== 'final' && !(status === 'missing' && day < retriedFrom)) settled.delete(keyOf(record));
  }
  return eachDay(usageWindow(today))
    .map((day) => ({ day, datasets: all.filter((dataset) => !settled.has(keyOf({ day, dataset }))) }))
    .filter(({ datasets }) => datasets.length > 0);
}

/** What a backfill reads: all of every day that was asked for, final or not. */
export function planUsageBackfill(asked: DayWindow, datasets: readonly UsageDataset[] = DATASETS): DueUsageDay[] {
  return eachDay(asked).map((day) => ({ day, datasets }));
}

/** Days before today of which some dataset has no record at all, not even that it is missing. */
export function listUnreadUsageDays(today: Day, stored: readonly StoredUsageDay[]): Day[] {
  const recorded = new Set(stored.map(keyOf));
  const past = { from: usageWindow(today).from, until: today };
  return eachDay(past).filter((day) => DATASETS.some((dataset) => !recorded.has(keyOf({ day, dataset }))));
}

function keyOf({ day, dataset }: Pick<StoredUsageDay, 'day' | 'dataset'>): string {
  return `${day} ${dataset}`;
}

/** The smallest window that holds all of the days, which come in order; undefined for none. */
export function windowOf(days: readonly Day[]): DayWindow | undefined {
  const [first, last] = [days[0], days.at(-1)];
  return first === undefined || last === undefined ? undefined : { from: first, until: addDays(last, 1) };
}
