import type { UsageDay } from '#libs/database';
import { USAGE_DATASETS, addDays, eachDay, type Day, type DayWindow } from '#libs/domain';
import { knownCostWindow } from './plan-costs.js';

/** A day without samples is asked for again this long: what was away may upload what it kept. */
const MISSING_RETRY_DAYS = 7;

/** What is stored of one dataset of a day. */
export type StoredUsageDay = Pick<UsageDay, 'day' | 'dataset' | 'status'>;

/** The days whose usage may be wanted: those that can have costs. */
export const usageWindow: (today: Day) => DayWindow = knownCostWindow;

/**
 * The days whose usage the next run reads, oldest first, since Prometheus forgets those first: every day of the window
 * that has a dataset which was never read, is provisional, or was missing less than a week ago. Today is among them.
 */
export function planUsageDays(today: Day, stored: readonly StoredUsageDay[]): Day[] {
  const retriedFrom = addDays(today, -MISSING_RETRY_DAYS);
  const settled = new Map<Day, number>();
  for (const { day, status } of stored) {
    const isSettled = status === 'final' || (status === 'missing' && day < retriedFrom);
    if (isSettled) settled.set(day, (settled.get(day) ?? 0) + 1);
  }
  return eachDay(usageWindow(today)).filter((day) => (settled.get(day) ?? 0) < USAGE_DATASETS.length);
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
