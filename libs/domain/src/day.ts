/** A UTC calendar day, `YYYY-MM-DD`. Sorts and compares as text. */
export type Day = string;

/** Half-open range of UTC days: `from` is in it, `until` is not. Every adapter translates from this one form. */
export interface DayWindow {
  readonly from: Day;
  readonly until: Day;
}

const MS_PER_DAY = 86_400_000;

/** The UTC day that an instant falls on. */
export function dayOf(instant: Date): Day {
  return instant.toISOString().slice(0, 10);
}

/** The instant a day begins, 00:00:00.000 UTC. */
export function startOfDay(day: Day): Date {
  return new Date(`${day}T00:00:00.000Z`);
}

/** Whether a text is a day that exists: `2026-02-30` and `2026-2-3` are not. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const instant = startOfDay(text);
  return !Number.isNaN(instant.getTime()) && dayOf(instant) === text;
}

/** The day `count` days later (earlier when negative). */
export function addDays(day: Day, count: number): Day {
  return dayOf(new Date(startOfDay(day).getTime() + count * MS_PER_DAY));
}

/** The first day of the month `count` months after the month of `day` (before, when negative). */
export function firstOfMonth(day: Day, count = 0): Day {
  const instant = startOfDay(day);
  instant.setUTCMonth(instant.getUTCMonth() + count, 1);
  return dayOf(instant);
}

/** Number of days in a window; 0 when it is empty or reversed. */
export function countDays(window: DayWindow): number {
  return Math.max(0, Math.round((startOfDay(window.until).getTime() - startOfDay(window.from).getTime()) / MS_PER_DAY));
}

/** Every day of a window, in order. */
export function eachDay(window: DayWindow): Day[] {
  return Array.from({ length: countDays(window) }, (_, index) => addDays(window.from, index));
}
