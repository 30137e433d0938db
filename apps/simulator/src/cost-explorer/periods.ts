import { addDays, eachDay, firstOfMonth, isDay, type DayWindow } from '#libs/domain';
import type { Bill } from './bill.js';
import { usualMessage, validationError, CostExplorerError } from './errors.js';

/** How far back Cost Explorer knows: the current month and the thirteen before. */
const HISTORY_MONTHS = 13;

/**
 * The window of a request's TimePeriod.
 *
 * @throws CostExplorerError ValidationException when it is reversed, starts in the future or before the history, or is
 *   no date at all; DataUnavailableException when it starts before the account's first day.
 */
export function windowOf(
  timePeriod: { Start: string; End: string },
  { today, firstDay }: Pick<Bill, 'today' | 'firstDay'>,
): DayWindow {
  const { Start: from, End: until } = timePeriod;
  if (from.includes('T') || until.includes('T')) throw validationError('Dates must be in the format yyyy-MM-dd.');
  if (!isDay(from) || !isDay(until)) throw validationError(`Start or end date is invalid: ${from}, ${until}`);
  if (until <= from) throw validationError('Start date (and hour) should be before end date (and hour)');
  if (from > today) throw validationError('Start date should not be in the future');
  if (from < firstOfMonth(today, -HISTORY_MONTHS)) {
    throw validationError("You haven't enabled historical data beyond 14 months");
  }
  if (firstDay !== undefined && from < firstDay) {
    throw new CostExplorerError('DataUnavailableException', usualMessage('DataUnavailableException'));
  }
  return { from, until };
}

/** The periods that an answer has, in order: every day, or every calendar month cut to the window. */
export function periodsOf(window: DayWindow, granularity: 'DAILY' | 'MONTHLY' | 'HOURLY'): DayWindow[] {
  if (granularity === 'HOURLY')
    throw new CostExplorerError('DataUnavailableException', usualMessage('DataUnavailableException'));
  if (granularity === 'DAILY') return eachDay(window).map((day) => ({ from: day, until: addDays(day, 1) }));
  const periods: DayWindow[] = [];
  for (let from = window.from; from < window.until; from = periods.at(-1)!.until) {
    const nextMonth = firstOfMonth(from, 1);
    periods.push({ from, until: nextMonth < window.until ? nextMonth : window.until });
  }
  return periods;
}
