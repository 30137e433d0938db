import { decimalsOf, scopedValues, type Precision, type Scope, type Statement } from './statement.js';

/**
 * Account and attributable total of each day: rows {date, cost, name}; USD as text with 2 decimals, or all. To whoever may see
 * some hubs only, the attributable total is that of these hubs, and the account's is not theirs to see.
 */
export function totalCosts(scope: Scope, precision: Precision = 'rounded'): Statement {
  return {
    cluster: scope.cluster,
    text: `
      SELECT day AS date, round(amount_usd, $5::integer)::text AS cost, name
      FROM (
        SELECT day, name, amount_usd
        FROM reporting.daily_total_costs
        WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND $4::text[] IS NULL
        UNION ALL
        SELECT day, name, (
          SELECT coalesce(sum(own.amount_usd), 0)
          FROM reporting.daily_hub_costs own
          WHERE own.cluster = total.cluster AND own.day = total.day AND own.hub = ANY ($4))
        FROM reporting.daily_total_costs total
        WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND $4 IS NOT NULL AND name = 'attributable'
      ) costs
      ORDER BY day, name COLLATE "C"`,
    values: scopedValues(scope, decimalsOf(precision, 2)),
  };
}
