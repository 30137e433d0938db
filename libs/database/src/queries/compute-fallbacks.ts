import type { DayWindow } from '#libs/domain';
import type { Statement } from './statement.js';

/** Days whose compute was divided by memory requests although the deployment divides it by shares of nodes. */
export interface ComputeFallbacks {
  readonly cluster: string;
  readonly days: number;
  readonly last_day: string;
  /** Whether it is so on the newest day that was read to its end. */
  readonly goes_on: boolean;
}

/** The fallbacks of every cluster within a range: rows of ComputeFallbacks, none for a cluster without. */
export function computeFallbacks(window: DayWindow): Statement {
  return {
    cluster: undefined,
    text: `
      SELECT cluster, count(*) FILTER (WHERE is_fallback)::integer AS days,
        max(day) FILTER (WHERE is_fallback)::text AS last_day,
        (array_agg(is_fallback ORDER BY day DESC) FILTER (WHERE status = 'final'))[1] IS TRUE AS goes_on
      FROM reporting.usage_days
      WHERE day >= $1::date AND day < $2::date AND dataset = 'compute'
      GROUP BY cluster
      HAVING bool_or(is_fallback)
      ORDER BY cluster COLLATE "C"`,
    values: [window.from, window.until],
  };
}
