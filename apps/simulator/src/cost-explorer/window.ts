import { firstOfMonth, isDay, type DayWindow } from '#libs/domain';
import type { Bill } from './bill.js';
import { CostExplorerError, usualMessage, validationError } from './errors.js';

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
