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
  /**
   * The newest day of the last week that was read after its end, of each dataset and hub that ever had samples. `hub`: ''
   * is all hubs at once.
   */
  readonly coverage: readonly {
    readonly cluster: string;
    readonly dataset: string;
    readonly hub: string;
    readonly coverage: number;
  }[];
  /** The period that today is in, of all but users' budgets. */
  readonly budgets: readonly {
    readonly cluster: string;
    readonly budget: string;
    readonly kind: string;
    readonly used: number | null;
    readonly forecast: number | null;
  }[];
  /** Alerts that the webhook has not taken yet. */
  readonly alerts: readonly { readonly cluster: string; readonly waiting: number }[];
}

/**
 * One row, MonitoredFigures. Costs what it reads of 30 days and of the runs, however many user costs there are.
 */
export function monitoredFigures(today: Day): Statement {
  return {
    cluster: undefined,
    text: `
      SELECT (
        SELECT coalesce(json_agg(figure), '[]')
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
        ) figure
      ) AS runs, (
        SELECT coalesce(json_agg(figure), '[]')
        FROM (
          SELECT cluster, reason, sum(abs(difference_usd)) AS usd
          FROM reporting.cost_restatements
          GROUP BY cluster, reason
        ) figure
      ) AS restated, (
        SELECT coalesce(json_agg(figure), '[]')
        FROM (
          SELECT cluster, component, sum(amount_usd) AS attributed_usd,
            coalesce(sum(amount_usd) FILTER (WHERE reason IS NOT NULL), 0) AS unallocated_usd
          FROM reporting.daily_allocated_costs
          WHERE day > $1::date - 30 AND day <= $1::date
          GROUP BY cluster, component
        ) figure
      ) AS components, (
        SELECT coalesce(json_agg(figure), '[]')
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
          ) cost
          GROUP BY newest.cluster, cost.name
        ) figure
      ) AS days, (
        SELECT coalesce(json_agg(figure), '[]')
        FROM (
          SELECT DISTINCT ON (cluster, dataset, hub) cluster, dataset, hub, coverage
          FROM reporting.usage_days usage
          WHERE day BETWEEN $1::date - 7 AND $1::date - 1 AND status <> 'provisional' AND EXISTS (
            SELECT FROM reporting.usage_days seen
            WHERE seen.cluster = usage.cluster AND seen.dataset = usage.dataset AND usage.hub IN ('', seen.hub)
              AND seen.coverage > 0
          )
          ORDER BY cluster, dataset, hub, day DESC
        ) figure
      ) AS coverage, (
        SELECT coalesce(json_agg(figure), '[]')
        FROM (
          SELECT cluster, name AS budget, kind, used_ratio AS used, forecast_ratio AS forecast
          FROM reporting.budgets
          WHERE period_from <= $1::date AND period_to >= $1::date AND kind <> 'user'
        ) figure
      ) AS budgets, (
        SELECT coalesce(json_agg(figure), '[]')
        FROM (
          SELECT cluster, sum(waiting) AS waiting
          FROM (
            SELECT cluster, alerts_waiting AS waiting FROM reporting.budgets
            UNION ALL SELECT cluster, alert_waits::integer FROM reporting.anomalies
          ) alerts
          GROUP BY cluster
        ) figure
      ) AS alerts`,
    values: [today],
  };
}
