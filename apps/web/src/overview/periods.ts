import { addDays, countDays, firstOfMonth, type Day, type DayWindow } from '#libs/domain';
import type { DayState } from '../api/rows.js';
import { daysInMonth } from '../days.js';

/** The days that the first screen compares. All end with the last complete day: one that was read after it had ended. */
export interface Periods {
  readonly lastComplete: Day;
  readonly month: DayWindow;
  /** The same days of last month; those that it does not have are left out. */
  readonly monthBefore: DayWindow;
  readonly week: DayWindow;
  readonly weekBefore: DayWindow;
  readonly chart: DayWindow;
}

export function periodsOf(lastComplete: Day): Periods {
  const until = addDays(lastComplete, 1);
  const month = firstOfMonth(lastComplete);
  const monthBefore = firstOfMonth(lastComplete, -1);
  const sameDays = Math.min(Number(lastComplete.slice(8)), daysInMonth(monthBefore));
  return {
    lastComplete,
    month: { from: month, until },
    monthBefore: { from: monthBefore, until: addDays(monthBefore, sameDays) },
    week: { from: addDays(until, -7), until },
    weekBefore: { from: addDays(until, -14), until: addDays(until, -7) },
    chart: { from: addDays(until, -30), until },
  };
}

export function isWithin(day: Day, { from, until }: DayWindow): boolean {
  return day >= from && day < until;
}

/** How many days of the window are not stored, or not complete. */
export function missingDays(window: DayWindow, days: readonly DayState[]): number {
  return countDays(window) - days.filter(({ date, complete }) => complete && isWithin(date, window)).length;
}
