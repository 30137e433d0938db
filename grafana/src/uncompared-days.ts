import { IN_CLUSTER } from './sql.js';

/**
 * An array of the days of two equally long periods that cannot be compared: what users cost is not known of a day that is not
 * complete or not stored, or whose usage was not read, and the day of the same place in the other period is left out with it.
 *
 * @param lastDay of the second period. Each parameter is SQL: a day, or a number of days.
 */
export function daysLeftOut(firstDay: string, lastDay: string, length: string): string {
  return `ARRAY(
    SELECT unnest(ARRAY[day, CASE WHEN day < ${firstDay} THEN day + (${length}) ELSE day - (${length}) END])
    FROM (
      SELECT day::date FROM generate_series((${firstDay} - (${length}))::timestamp, (${lastDay})::timestamp, interval '1 day') AS days (day)
    ) AS days
    WHERE day NOT IN (
      SELECT day
      FROM reporting.daily_total_costs JOIN reporting.usage_days USING (cluster, day)
      WHERE ${IN_CLUSTER} AND name = 'account' AND NOT is_running AND dataset = 'compute' AND status <> 'missing'
        AND day BETWEEN ${firstDay} - (${length}) AND ${lastDay}
    )
  )`;
}
