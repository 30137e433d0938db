import { addDays, countDays, type Day, type DayWindow } from '#libs/domain';

/** AWS's names for a start that lies before what it has. */
const UNAVAILABLE = ['DataUnavailableException', 'BillExpirationException'];

/** Whether the SDK's error may mean that the request starts before the account's first data. */
export function startsBeforeData(error: unknown): boolean {
  const { name = '', message = '' } = (error ?? {}) as { name?: string; message?: string };
  // "You haven't enabled historical data beyond 14 months", "To retrieve data beyond the past 14 months, …"
  return UNAVAILABLE.includes(name) || (name === 'ValidationException' && /beyond .*\bmonths/i.test(message));
}

/**
 * The first day of the window that a request can start at, given that with each such day all later ones can. Asks for the
 * last day and then bisects: ten requests for 14 months.
 *
 * @returns undefined when not even the last day is answered.
 */
export async function findFirstDay(
  window: DayWindow,
  answersFrom: (day: Day) => Promise<boolean>,
): Promise<Day | undefined> {
  let low = 0;
  let high = countDays(window) - 1;
  if (!(await answersFrom(addDays(window.from, high)))) return undefined;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await answersFrom(addDays(window.from, middle))) high = middle;
    else low = middle + 1;
  }
  return addDays(window.from, high);
}
