import { scopedValues, type Scope, type Statement } from './statement.js';

/**
 * The days whose costs are stored: rows {date, estimated, usage, complete}. `usage` is the worst of the datasets that divide costs, and of
 * the hubs that the caller may see: `unread`, `missing` (that of compute, or all), `partial`, `provisional` or `final`.
 * Home storage alone does not make a day missing: many clusters never measure it.
 */
export function dayStates(scope: Scope): Statement {
  return {
    cluster: scope.cluster,
    text: `
      SELECT costs.day AS date, costs.estimated,
        CASE WHEN usage.is_missing IS NULL THEN 'unread'
          WHEN usage.is_missing THEN 'missing'
          WHEN usage.is_partial THEN 'partial'
          WHEN usage.is_provisional THEN 'provisional'
          ELSE 'final' END AS usage, NOT costs.is_running AS complete
      FROM reporting.daily_total_costs costs
      LEFT JOIN (
        SELECT day, bool_and(status = 'missing') OR bool_or(status = 'missing' AND dataset = 'compute') AS is_missing,
          bool_or(status = 'missing' OR (status = 'final' AND coverage < 0.99)) AS is_partial,
          bool_or(status = 'provisional') AS is_provisional
        FROM reporting.usage_days
        WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND dataset <> 'memberships'
          AND ($4::text[] IS NULL OR hub = '' OR hub = ANY ($4))
        GROUP BY day
      ) usage ON usage.day = costs.day
      WHERE costs.cluster = $1 AND costs.day >= $2::date AND costs.day < $3::date AND costs.name = 'attributable'
      ORDER BY costs.day`,
    values: scopedValues(scope),
  };
}
