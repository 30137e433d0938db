import { decimalsOf, scopedValues, type NameFilter, type Precision, type Scope, type Statement } from './statement.js';

/** What each component cost over the hubs asked for: rows {date, cost, component}; USD as text with 2 decimals, or all. */
export function totalCostsPerComponent(
  scope: Scope,
  filter: { readonly hub: NameFilter; readonly component: NameFilter },
  precision: Precision = 'rounded',
): Statement {
  return {
    cluster: scope.cluster,
    text: `
      SELECT day AS date, round(sum(amount_usd), $7::integer)::text AS cost, component
      FROM reporting.daily_component_costs
      WHERE cluster = $1 AND day >= $2::date AND day < $3::date
        AND ($4::text[] IS NULL OR hub = ANY ($4))
        AND ($5::text[] IS NULL OR hub = ANY ($5))
        AND ($6::text[] IS NULL OR component = ANY ($6))
      GROUP BY day, component
      ORDER BY day, component COLLATE "C"`,
    values: scopedValues(scope, filter.hub, filter.component, decimalsOf(precision, 2)),
  };
}
