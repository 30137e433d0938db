import {
  decimalsOf,
  scopedValues,
  type GroupAmounts,
  type NameFilter,
  type Precision,
  type Scope,
  type Statement,
} from './statement.js';

/**
 * What the members of each group cost, `none` for people in no group: rows {date, usergroup, cost}; USD as a number
 * rounded to 2 decimals, or not. With `full` a person in several groups counts in each, so the groups add up to more than the
 * users cost; with `split` they add up to the same.
 */
export function totalCostsPerGroup(
  scope: Scope,
  filter: { readonly hub: NameFilter; readonly component: NameFilter; readonly usergroup: NameFilter },
  groups: GroupAmounts,
  precision: Precision = 'rounded',
): Statement {
  const full = scope.withoutShared ? 'direct_full_usd' : 'full_usd';
  const split = scope.withoutShared ? 'direct_split_usd' : 'split_usd';
  const exists = scope.withoutShared ? 'direct_full_usd <> 0' : 'true';
  return {
    cluster: scope.cluster,
    text: `
      SELECT day AS date, usergroup,
        trim_scale(round(sum(CASE WHEN $8::boolean THEN ${split} ELSE ${full} END), $9::integer)) AS cost
      FROM reporting.daily_group_costs
      WHERE cluster = $1 AND day >= $2::date AND day < $3::date
        AND ($4::text[] IS NULL OR hub = ANY ($4))
        AND ($5::text[] IS NULL OR hub = ANY ($5))
        AND ($6::text[] IS NULL OR component = ANY ($6))
        AND ($7::text[] IS NULL OR usergroup = ANY ($7))
        AND ${exists}
      GROUP BY day, usergroup
      ORDER BY day, usergroup COLLATE "C"`,
    values: scopedValues(
      scope,
      filter.hub,
      filter.component,
      filter.usergroup,
      groups === 'split',
      decimalsOf(precision, 2),
    ),
  };
}
