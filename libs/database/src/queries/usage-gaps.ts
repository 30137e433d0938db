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

/**
 * The gaps of every cluster, dataset and hub within a range: rows of UsageGap. What lies before the first day with samples
 * is no gap, and neither is the part of that day before the first sample.
 */
export function usageGaps(window: DayWindow): Statement {
  return {
    cluster: undefined,
    text: `
      WITH known AS MATERIALIZED (
        SELECT cluster, dataset, '' AS hub, min(day) AS first_day FROM reporting.usage_days WHERE coverage > 0
        GROUP BY cluster, dataset
        UNION ALL
        SELECT cluster, dataset, hub, min(day) FROM reporting.usage_days WHERE coverage > 0 AND hub <> ''
        GROUP BY cluster, dataset, hub
      ),
      read AS MATERIALIZED (
        SELECT cluster, dataset, hub, day, status, coverage FROM reporting.usage_days
        WHERE day >= $1::date AND day < $2::date
      )
      SELECT read.cluster, read.day::text AS day, read.dataset, read.hub,
        CASE WHEN read.status = 'missing' OR read.coverage = 0 THEN 'missing' ELSE 'partial' END AS status,
        read.coverage::double precision AS coverage
      FROM read JOIN known USING (cluster, dataset, hub)
      WHERE read.day > known.first_day
        AND (read.status = 'missing' OR read.coverage = 0 OR (read.status = 'final' AND read.coverage < 0.99))
      UNION ALL
      SELECT known.cluster, expected.day::date::text, known.dataset, '', 'unread', NULL
      FROM known
      CROSS JOIN LATERAL generate_series(greatest(known.first_day, $1::date), $2::date - 1, interval '1 day') expected (day)
      WHERE known.hub = '' AND NOT EXISTS (
        SELECT FROM read
        WHERE read.cluster = known.cluster AND read.dataset = known.dataset AND read.day = expected.day::date
      )
      ORDER BY cluster, dataset, hub, day`,
    values: [window.from, window.until],
  };
}
