import { decimalsOf, scopedValues, type Precision, type Scope, type Statement } from './statement.js';

/** What each hub's tag says it cost: rows {date, cost, name}; USD as text with 2 decimals, or all; untagged as `support`. */
export function totalCostsPerHub(scope: Scope, precision: Precision = 'rounded'): Statement {
  return {
    cluster: scope.cluster,
    text: `
      SELECT day AS date, round(sum(amount_usd), $5::integer)::text AS cost, hub AS name
      FROM reporting.daily_hub_costs
      WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND ($4::text[] IS NULL OR hub = ANY ($4))
      GROUP BY day, hub
      ORDER BY day, hub COLLATE "C"`,
    values: scopedValues(scope, decimalsOf(precision, 2)),
  };
}

/**
 * The same rows, with the cost that users of several hubs share moved to the hubs of the users who bear it; `support`
 * keeps the rest. A day adds up to the same sum as without: its allocated costs, unallocated ones included, are a
 * partition of its attributed costs.
 */
export function totalCostsPerHubSharedByUsage(scope: Scope, precision: Precision = 'rounded'): Statement {
  const amount = scope.withoutShared ? 'direct_usd' : 'amount_usd';
  return {
    cluster: scope.cluster,
    text: `
      SELECT day AS date, round(sum(${amount}), $5::integer)::text AS cost, hub AS name
      FROM reporting.daily_allocated_costs
      WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND ($4::text[] IS NULL OR hub = ANY ($4))
      GROUP BY day, hub
      ORDER BY day, hub COLLATE "C"`,
    values: scopedValues(scope, decimalsOf(precision, 2)),
  };
}
