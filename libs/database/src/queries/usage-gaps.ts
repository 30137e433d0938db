import { USAGE_DATASETS, type DayWindow } from '#libs/domain';
import type { Statement } from './statement.js';

/** A day that Prometheus knew nothing or too little of: `missing`, `partial` (part of the day), or `unread`. */
export interface UsageGap {
  readonly cluster: string;
  readonly day: string;
  readonly dataset: string;
  readonly status: 'missing' | 'partial' | 'unread';
  /** The part of the day that samples exist for, 0 to 1; null when unread. */
  readonly coverage: number | null;
}

/**
 * The gaps of every cluster and dataset within a range, from the first day that was ever read: rows of UsageGap. Looks
 * one day up after the other (OFFSET 0 keeps it from being a join), so that it does not read all days that ever were.
 */
export function usageGaps(window: DayWindow): Statement {
  return {
    text: `
      SELECT known.cluster, expected.day::date::text AS day, known.dataset,
        CASE WHEN read.status IS NULL THEN 'unread' WHEN read.status = 'missing' THEN 'missing' ELSE 'partial' END AS status,
        read.coverage::double precision AS coverage
      FROM (
        SELECT cluster, dataset, (
          SELECT day FROM reporting.usage_days first
          WHERE first.cluster = clusters.cluster AND first.dataset = datasets.dataset
          ORDER BY day LIMIT 1
        ) AS first_day
        FROM reporting.clusters CROSS JOIN unnest($3::text[]) datasets (dataset)
      ) known
      CROSS JOIN LATERAL generate_series(greatest(known.first_day, $1::date), $2::date - 1, interval '1 day') expected (day)
      LEFT JOIN LATERAL (
        SELECT status, coverage FROM reporting.usage_days
        WHERE cluster = known.cluster AND dataset = known.dataset AND day = expected.day::date
        OFFSET 0
      ) read ON true
      WHERE known.first_day IS NOT NULL
        AND (read.status IS NULL OR read.status = 'missing' OR (read.status = 'final' AND read.coverage < 0.99))
      ORDER BY known.cluster COLLATE "C", expected.day, known.dataset COLLATE "C"`,
    values: [window.from, window.until, USAGE_DATASETS],
  };
}
