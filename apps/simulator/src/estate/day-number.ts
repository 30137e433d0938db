import { startOfDay, type Day } from '#libs/domain';

export const MS_PER_DAY = 86_400_000;

/** Whole days since 1970-01-01: what calendars of the estate count in, so that they do not depend on today. */
export function dayNumber(day: Day): number {
  return startOfDay(day).getTime() / MS_PER_DAY;
}
