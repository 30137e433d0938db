import { addDays, dayOf, firstOfMonth, isDay, type Day, type DayWindow } from '#libs/domain';
import { FIRST_DAY, LAST_DAY, parseMoment, type ParameterFault } from './day-range.js';

const DAYS_OF_UNIT = { m: 1 / 1440, h: 1 / 24, d: 1, w: 7 } as const;
const DURATION = /^(\d{1,7})([mhdw])$/;
/** Not shorter, so that `2026-11` and `2026,2027` are none: the costs of those seconds of 1970 would be a silent `[]`. */
const UNIX_TIMES = /^(\d{9,11})[,-](\d{9,11})$/;

const USAGE =
  'must be today, yesterday, week, month, lastweek, lastmonth, a duration such as 7d, or two dates, date-times or Unix ' +
  'times with a comma between';

/**
 * OpenCost's words for a window, as UTC days up to today. Weeks begin on Monday. A duration is of whole days that end with
 * today. Of two dates both are inclusive; of two instants the second is not, and a day that is touched counts whole.
 */
export function parseWindow(text: string | undefined, today: Day): { window: DayWindow } | { fault: ParameterFault } {
  if (text === undefined) return faultOf('must be given, such as lastmonth or 2026-01-01,2026-03-31');
  if (/^0+[mhdw]$/.test(text)) return faultOf('must be at least one day, such as 1d');
  const window = namedWindow(text, today) ?? lastDays(text, today) ?? unixTimes(text) ?? twoMoments(text);
  if (!window) return faultOf(USAGE);
  if (window.until <= window.from) return faultOf('must not end before it begins');
  const until = window.until > today ? addDays(today, 1) : window.until;
  return { window: { from: window.from > until ? until : window.from, until } };
}

function faultOf(message: string) {
  return { fault: { parameter: 'window', message } };
}

function namedWindow(text: string, today: Day): DayWindow | undefined {
  const tomorrow = addDays(today, 1);
  const monday = addDays(today, -((new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7));
  switch (text) {
    case 'today':
      return { from: today, until: tomorrow };
    case 'yesterday':
      return { from: addDays(today, -1), until: today };
    case 'week':
      return { from: monday, until: tomorrow };
    case 'lastweek':
      return { from: addDays(monday, -7), until: monday };
    case 'month':
      return { from: firstOfMonth(today), until: tomorrow };
    case 'lastmonth':
      return { from: firstOfMonth(today, -1), until: firstOfMonth(today) };
    default:
      return undefined;
  }
}

function lastDays(text: string, today: Day): DayWindow | undefined {
  const [, count = '', unit] = DURATION.exec(text) ?? [];
  if (unit === undefined) return undefined;
  const days = Math.ceil(Number(count) * DAYS_OF_UNIT[unit as keyof typeof DAYS_OF_UNIT]);
  const until = addDays(today, 1);
  const from = addDays(until, -days);
  return { from: isDay(from) && from >= FIRST_DAY ? from : FIRST_DAY, until };
}

function unixTimes(text: string): DayWindow | undefined {
  const [, from, until] = UNIX_TIMES.exec(text) ?? [];
  if (from === undefined || until === undefined) return undefined;
  const dayAt = (seconds: number) => dayOf(new Date(seconds * 1000));
  return upTo(dayAt(Number(from)), dayAt(Number(until) - 1));
}

function twoMoments(text: string): DayWindow | undefined {
  const places = [...text.matchAll(/,/g)].map(({ index }) => index);
  // A date-time may have a comma of its own, before a fraction of a second.
  for (const place of places) {
    const [from, until] = [parseMoment(text.slice(0, place)), parseMoment(text.slice(place + 1))];
    if (from && until) return upTo(from.day, until.isMidnight ? addDays(until.day, -1) : until.day);
  }
  return undefined;
}

/** @param last inclusive. Nothing is stored of the last day that there is a way to write. */
function upTo(from: Day, last: Day): DayWindow {
  return { from, until: last === LAST_DAY ? LAST_DAY : addDays(last, 1) };
}
