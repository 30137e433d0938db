import { addDays, countDays, firstOfMonth, type Day, type DayWindow } from '#libs/domain';

/** Which days a window is compared with: those directly before it, or those up to the same day of the month before. */
export const COMPARISONS = ['window', 'month'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/**
 * The complete days of a window, and those that they are compared with. Whole calendar months are compared with as many
 * months before, whatever their lengths.
 *
 * @returns undefined when no day of the window is complete.
 */
export function planTrend(
  window: DayWindow,
  comparison: Comparison,
  today: Day,
): { readonly before: DayWindow; readonly now: DayWindow } | undefined {
  const until = window.until > today ? today : window.until;
  if (window.from >= until) return undefined;
  const now = { from: window.from, until };
  return { now, before: comparison === 'month' ? monthBefore(now) : windowBefore(now) };
}

function windowBefore({ from, until }: DayWindow): DayWindow {
  if (from === firstOfMonth(from) && until === firstOfMonth(until)) {
    const months = monthsFromZero(until) - monthsFromZero(from);
    return { from: firstOfMonth(from, -months), until: from };
  }
  return { from: addDays(from, -countDays({ from, until })), until: from };
}

/**
 * Up to the same day of the month before: from its first day if the window begins so, else as many days, since from 27
 * February to 3 March are five days, and a month before eight. Of a window longer than a month, the days directly before it.
 */
function monthBefore(now: DayWindow): DayWindow {
  const until = addDays(dayOfMonthBefore(addDays(now.until, -1)), 1);
  if (until > now.from) return windowBefore(now);
  const isFromFirst = now.from === firstOfMonth(now.from);
  return { from: isFromFirst ? firstOfMonth(now.from, -1) : addDays(until, -countDays(now)), until };
}

/** The last of the month where it has no such day. */
function dayOfMonthBefore(day: Day): Day {
  const first = firstOfMonth(day, -1);
  const last = addDays(firstOfMonth(day), -1);
  const same = `${first.slice(0, 8)}${day.slice(8)}`;
  return same > last ? last : same;
}

function monthsFromZero(day: Day): number {
  return Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
}
