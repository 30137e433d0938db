import type { DayWindow } from '#libs/domain';
import type { Statement } from './statement.js';

/** A day that Prometheus knew nothing or too little of, for a hub: `missing`, `partial` (part of the day), or `unread`. */
export interface UsageGap {
  readonly cluster: string;
  readonly day: string;
  readonly dataset: string;
  /** '' stands for all hubs at once. */
  readonly hub: string;
  readonly status: 'missing' | 'partial' | 'unread';
  /** The part of the day that samples exist for, 0 to 1; null when unread. */
  readonly coverage: number | null;
}

/** The gaps of every cluster and dataset within a range, from the first day of the dataset that was ever read: rows of UsageGap. */
export function usageGaps(window: DayWindow): Statement {
  return {
    cluster: undefined,
    text: `
      WITH read AS MATERIALIZED (
        SELECT cluster, dataset, day, hub, status, coverage
        FROM reporting.usage_days
        WHERE day >= $1::date AND day < $2::date
      ),
      known AS MATERIALIZED (
        SELECT cluster, dataset, min(day) AS first_day FROM reporting.usage_days GROUP BY cluster, dataset
      )
      SELECT known.cluster, expected.day::date::text AS day, known.dataset, coalesce(read.hub, '') AS hub,
        CASE WHEN read.day IS NULL THEN 'unread' WHEN read.status = 'missing' THEN 'missing' ELSE 'partial' END AS status,
        read.coverage::double precision AS coverage
      FROM known
      CROSS JOIN LATERAL generate_series(greatest(known.first_day, $1::date), $2::date - 1, interval '1 day') expected (day)
      LEFT JOIN read ON read.cluster = known.cluster AND read.dataset = known.dataset AND read.day = expected.day::date
      WHERE read.day IS NULL OR read.status = 'missing' OR read.coverage = 0
        OR (read.status = 'final' AND read.coverage < 0.99)
      ORDER BY known.cluster COLLATE "C", expected.day, known.dataset COLLATE "C", hub COLLATE "C"`,
    values: [window.from, window.until],
  };
}
