import { knownCostWindow } from '#libs/cost-explorer';
import type { UsageDay } from '#libs/database';
import {
  USAGE_DATASETS,
  USAGE_RETRY_DAYS,
  addDays,
  eachDay,
  type Day,
  type DayWindow,
  type UsageDataset,
} from '#libs/domain';

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
export function planUsageDays(today: Day, stored: readonly StoredUsageDay[]): DueUsageDay[] {
  const retriedFrom = addDays(today, -USAGE_RETRY_DAYS);
  const settled = new Set<string>();
  for (const { day, dataset, status } of stored) {
    if (status === 'final' || (status === 'missing' && day < retriedFrom)) settled.add(`${day} ${dataset}`);
  }
  return eachDay(usageWindow(today))
    .map((day) => ({ day, datasets: USAGE_DATASETS.filter((dataset) => !settled.has(`${day} ${dataset}`)) }))
    .filter(({ datasets }) => datasets.length > 0);
}

/** What a backfill reads: all of every day that was asked for, final or not. */
export function planUsageBackfill(asked: DayWindow): DueUsageDay[] {
  return eachDay(asked).map((day) => ({ day, datasets: USAGE_DATASETS }));
}

/** Days before today of which some dataset has no record at all, not even that it is missing. */
export function listUnreadUsageDays(today: Day, stored: readonly StoredUsageDay[]): Day[] {
  const recorded = new Map<Day, number>();
  for (const { day } of stored) recorded.set(day, (recorded.get(day) ?? 0) + 1);
  const past = { from: usageWindow(today).from, until: today };
  return eachDay(past).filter((day) => (recorded.get(day) ?? 0) < USAGE_DATASETS.length);
}

/** The smallest window that holds all of the days, which come in order; undefined for none. */
export function windowOf(days: readonly Day[]): DayWindow | undefined {
  const [first, last] = [days[0], days.at(-1)];
  return first === undefined || last === undefined ? undefined : { from: first, until: addDays(last, 1) };
}
