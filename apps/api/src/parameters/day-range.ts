import { addDays, dayOf, isDay, type Day, type DayWindow } from '#libs/domain';

const DEFAULT_DAYS = 30;
export const FIRST_DAY = '0001-01-01';
export const LAST_DAY = '9999-12-31';

// A `+` that was sent unencoded arrives as a blank.
const DATE_TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:Z|([+\- ])(\d{2}):?(\d{2}))?)?$/i;

/** A fault of one parameter, worded for whoever asked. */
export interface ParameterFault {
  readonly parameter: string;
  readonly message: string;
}

/**
 * The UTC day of an ISO 8601 date, or of a date-time: in its zone, or in UTC when it names none.
 *
 * @returns undefined when the text is neither, or no such day exists.
 */
export function parseDay(text: string): Day | undefined {
  return parseMoment(text)?.day;
}

/** The same, and whether the text is a date-time that is exactly the day's start in UTC. */
export function parseMoment(text: string): { readonly day: Day; readonly isMidnight: boolean } | undefined {
  const match = DATE_TIME.exec(text.trim());
  if (!match) return undefined;
  const [, date = '', hours = '00', minutes = '00', seconds = '00', fraction = '0'] = match;
  const [sign, zoneHours = '00', zoneMinutes = '00'] = match.slice(6);
  if (!isDay(date) || hours > '23' || minutes > '59' || seconds > '59' || zoneHours > '23' || zoneMinutes > '59') {
    return undefined;
  }
  const offsetMinutes = (sign === '-' ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes));
  const minutesOfDay = Number(hours) * 60 + Number(minutes) - offsetMinutes;
  const day = addDays(date, Math.floor(minutesOfDay / 1440));
  if (!isDay(day) || day < FIRST_DAY || day > LAST_DAY) return undefined;
  const isMidnight = match[2] !== undefined && minutesOfDay % 1440 === 0 && Number(seconds) + Number(fraction) === 0;
  return { day, isMidnight };
}

/**
 * The days that `from` and `to` ask for, both inclusive, as a half-open window. Without `to`: up to today. Without
 * `from`: the 30 days that end with `to`. Days after today do not exist yet: a range of nothing else is empty.
 */
export function parseDayRange(
  from: string | undefined,
  to: string | undefined,
  today: Day,
): { window: DayWindow } | { fault: ParameterFault } {
  const lastAsked = to === undefined ? today : parseDay(to);
  if (lastAsked === undefined) return { fault: { parameter: 'to', message: notADay } };
  const last = lastAsked > today ? today : lastAsked;
  const first = from === undefined ? defaultFirst(last) : parseDay(from);
  if (first === undefined) return { fault: { parameter: 'from', message: notADay } };
  if (first > lastAsked && to !== undefined) {
    return { fault: { parameter: 'from', message: `must not be after to (${first} is after ${lastAsked})` } };
  }
  const until = addDays(last, 1);
  return { window: { from: first > until ? until : first, until } };
}

/** Never before the first day that there is a way to write. */
function defaultFirst(last: Day): Day {
  const first = addDays(last, 1 - DEFAULT_DAYS);
  return isDay(first) && first >= FIRST_DAY ? first : FIRST_DAY;
}

const notADay = 'must be a date such as 2026-11-01, or a date-time such as 2026-11-01T00:00:00Z, that exists';

/** Today, in UTC. */
export function today(): Day {
  return dayOf(new Date());
}
