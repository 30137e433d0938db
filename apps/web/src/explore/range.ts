import { addDays, countDays, eachDay, firstOfMonth, isDay, startOfDay, type Day, type DayWindow } from '#libs/domain';
import { longDay, monthName, shortDay, weekday } from '../days.js';
import type { Step } from '../view.js';

/** Ranges with a name. They end with the last complete day. */
export const PRESETS = {
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  month: 'This month',
  lastmonth: 'Last month',
  '12m': 'Last 12 months',
} as const;

export type Preset = keyof typeof PRESETS;

export function isPreset(range: string): range is Preset {
  return Object.hasOwn(PRESETS, range);
}

/** A range of all the days that there are would keep the browser busy for minutes. */
const [EARLIEST, LATEST] = ['2000-01-01', '2099-12-31'];

/** The days of a range of the URL; of one that makes no sense, those of the last 30 days. @param end the day after the last complete one */
export function windowOf(range: string, today: Day, end = today): DayWindow {
  const [from = '', to = ''] = range.split('..');
  if (isDay(from) && isDay(to) && EARLIEST <= from && from <= to && to <= LATEST)
    return { from, until: addDays(to, 1) };
  switch (range) {
    case '7d':
      return { from: addDays(end, -7), until: end };
    case '90d':
      return { from: addDays(end, -90), until: end };
    case 'month':
      // While no day of the month is complete: its first day.
      return { from: firstOfMonth(today), until: end > firstOfMonth(today) ? end : addDays(firstOfMonth(today), 1) };
    case 'lastmonth':
      return { from: firstOfMonth(today, -1), until: firstOfMonth(today) };
    case '12m':
      return { from: firstOfMonth(today, -12), until: firstOfMonth(today) };
    default:
      return { from: addDays(end, -30), until: end };
  }
}

/** As many days before the window as it has. */
export function windowBefore({ from, until }: DayWindow): DayWindow {
  return { from: addDays(from, -countDays({ from, until })), until: from };
}

export function wordsOf({ from, until }: DayWindow): string {
  const to = addDays(until, -1);
  return from === to ? longDay(from) : `${longDay(from)} to ${longDay(to)}`;
}

/** A bar's time: the part of its day, week or month that is in the window. */
export interface Bucket {
  /** The first of its days. */
  readonly start: Day;
  readonly days: readonly Day[];
  readonly label: string;
  readonly title: string;
}

export function startOfStep(day: Day, step: Step): Day {
  if (step === 'month') return firstOfMonth(day);
  // Weeks begin on Monday.
  return step === 'week' ? addDays(day, -((startOfDay(day).getUTCDay() + 6) % 7)) : day;
}

export function bucketsOf(window: DayWindow, step: Step): Bucket[] {
  const buckets = new Map<Day, Day[]>();
  for (const day of eachDay(window)) {
    const start = startOfStep(day, step);
    const days = buckets.get(start) ?? [];
    days.push(day);
    buckets.set(start, days);
  }
  return [...buckets].map(([start, days]) => ({ start: days[0] ?? start, days, ...labelsOf(step, start, days) }));
}

function labelsOf(step: Step, start: Day, days: readonly Day[]) {
  const [first = start, last = start] = [days[0], days.at(-1)];
  if (step === 'day') return { label: shortDay(start), title: `${weekday(start)} ${longDay(start)}` };
  const title = wordsOf({ from: first, until: addDays(last, 1) });
  return { label: step === 'month' ? monthName(start) : shortDay(first), title };
}
