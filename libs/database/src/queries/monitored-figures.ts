import type { Day } from '#libs/domain';
import type { Statement } from './statement.js';

/** What is watched of the stored figures and of the runs that made them. Approximate: amounts are JavaScript numbers. */
export interface MonitoredFigures {
  /** Since the first run, by cluster and source. The last run is the last that ended. */
  readonly runs: readonly {
    readonly cluster: string;
    readonly source: string;
    readonly succeeded: number;
    readonly failed: number;
    readonly seconds: number;
    readonly requests: number;
    readonly requests_usd: number;
    readonly rows_written: number;
    readonly last_failed: boolean | null;
    readonly last_seconds: number | null;
    /** Unix time. */
    readonly last_success: number | null;
  }[];
  /** Amounts of what went up and of what went down are added: what went up and down again counts twice. */
  readonly restated: readonly { readonly cluster: string; readonly reason: string; readonly usd: number }[];
  /** Over the last 30 days. */
  readonly components: readonly {
    readonly cluster: string;
    readonly component: string;
    readonly attributed_usd: number;
    readonly unallocated_usd: number;
  }[];
  /**
   * The newest day that Cost Explorer has had a day to complete, and the median of the 28 days before it; null where
   * nothing is stored of these. `name`: `account` or `attributable`.
   */
  readonly days: readonly {
    readonly cluster: string;
    readonly name: string;
    readonly settled_usd: number;
    readonly usual_usd: number | null;
  }[];
}

/**
 * One row, MonitoredFigures. Costs what it reads of 30 days and of the runs, however many user costs there are: those
 * that no user bears are looked up by their key, one by one.
 */
export function monitoredFigures(today: Day): Statement {
  return {
    text: `
      SELECT (
        SELECT coalesce(json_agg(answer), '[]')
        FROM (
          SELECT cluster, source, count(*) FILTER (WHERE status = 'succeeded') AS succeeded,
            count(*) FILTER (WHERE status = 'failed') AS failed, coalesce(sum(duration_seconds), 0) AS seconds,
            sum(requests) AS requests, sum(requests_usd) AS requests_usd, sum(rows_written) AS rows_written,
            last.last_failed, last.last_seconds,
            extract(epoch FROM max(finished_at) FILTER (WHERE status = 'succeeded')) AS last_success
          FROM reporting.sync_runs LEFT JOIN (
            SELECT DISTINCT ON (cluster, source) cluster, source, status = 'failed' AS last_failed,
              duration_seconds AS last_seconds
            FROM reporting.sync_runs
            WHERE status <> 'running'
            ORDER BY cluster, source, started_at DESC, id DESC
          ) last USING (cluster, source)
          GROUP BY cluster, source, last.last_failed, last.last_seconds
        ) answer
      ) AS runs, (
        SELECT coalesce(json_agg(answer), '[]')
        FROM (
          SELECT cluster, reason, sum(abs(difference_usd)) AS usd
          FROM reporting.cost_restatements
          GROUP BY cluster, reason
        ) answer
      ) AS restated, (
        SELECT coalesce(json_agg(answer), '[]')
        FROM (
          SELECT cluster, component, sum(amount_usd) AS attributed_usd, coalesce(sum((
              SELECT own.amount_usd
              FROM reporting.daily_user_costs own
              WHERE own.cluster = tagged.cluster AND own.day = tagged.day AND own.hub = tagged.hub
                AND own.component = tagged.component AND own.username IS NULL
            )), 0) AS unallocated_usd
          FROM reporting.daily_component_costs tagged
          WHERE day > $1::date - 30 AND day <= $1::date
          GROUP BY cluster, component
        ) answer
      ) AS components, (
        SELECT coalesce(json_agg(answer), '[]')
        FROM (
          SELECT newest.cluster, cost.name, max(cost.amount_usd) FILTER (WHERE cost.day = newest.day) AS settled_usd,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY cost.amount_usd::double precision)
              FILTER (WHERE cost.day < newest.day) AS usual_usd
          FROM (
            SELECT cluster, max(day) AS day
            FROM reporting.daily_total_costs
            WHERE name = 'account' AND day <= $1::date - 2
            GROUP BY cluster
          ) newest
          CROSS JOIN LATERAL (
            SELECT day, name, amount_usd
            FROM reporting.daily_total_costs total
            WHERE total.cluster = newest.cluster AND total.day BETWEEN newest.day - 28 AND newest.day
            OFFSET 0
          ) cost
          GROUP BY newest.cluster, cost.name
        ) answer
      ) AS days`,
    values: [today],
  };
}
