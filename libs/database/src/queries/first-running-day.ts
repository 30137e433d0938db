import type { DayWindow } from '#libs/domain';
import type { Statement } from './statement.js';

/** The first stored day of a window that was read before it had ended, after the last that is complete: rows {day}; null: none. */
export function firstRunningDay(cluster: string, { from, until }: DayWindow): Statement {
  return {
    cluster,
    text: `
      SELECT min(day) FILTER (WHERE is_running AND NOT is_before_complete) AS day
      FROM (
        SELECT day, is_running, bool_or(NOT is_running) OVER (ORDER BY day DESC) AS is_before_complete
        FROM reporting.daily_total_costs
        WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND name = 'account'
      ) days`,
    values: [cluster, from, until],
  };
}
