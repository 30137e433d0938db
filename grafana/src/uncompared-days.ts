import { IN_CLUSTER } from './sql.js';

/**
 * An array of the days of two equally long periods that cannot be compared: what users cost on a day whose usage was not
 * read is not known, and the day of the same place in the other period is left out with it.
 *
 * @param lastDay of the second period. Each parameter is SQL: a day, or a number of days.
 */
export function daysLeftOut(firstDay: string, lastDay: string, length: string): string {
  return `ARRAY(
    SELECT unnest(ARRAY[day, CASE WHEN day < ${firstDay} THEN day + (${length}) ELSE day - (${length}) END])
    FROM reporting.daily_total_costs
    WHERE ${IN_CLUSTER} AND name = 'account' AND day BETWEEN ${firstDay} - (${length}) AND ${lastDay}
      AND day NOT IN (
        SELECT day FROM reporting.usage_days WHERE ${IN_CLUSTER} AND dataset = 'compute' AND status <> 'missing'
      )
  )`;
}
