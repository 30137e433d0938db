import {
  decimalsOf,
  scopedValues,
  usersOf,
  type GroupAmounts,
  type NameFilter,
  type Precision,
  type Scope,
  type Statement,
} from './statement.js';

/**
 * What each user cost: rows {date, user, hub, component, value, usergroup}, one per group membership; USD as a number
 * rounded to 4 decimals, or not. Sorted by date, hub, component, value descending. Cost that no user bears is not in it: it is
 * what the component cost beyond its users, and reporting.daily_user_costs has it as rows without a username.
 *
 * A user is a (hub, username): the same name on two hubs may be two people. `limit` keeps the users with the highest
 * total over the rows that the filters leave; a person's amount counts once, however many groups repeat it.
 */
export function costsPerUser(
  scope: Scope,
  filter: {
    readonly hub: NameFilter;
    readonly component: NameFilter;
    readonly user: NameFilter;
    readonly usergroup: NameFilter;
  },
  groups: GroupAmounts,
  limit: number | undefined,
  precision: Precision = 'rounded',
): Statement {
  const full = scope.withoutShared ? 'direct_full_usd' : 'full_usd';
  const split = scope.withoutShared ? 'direct_split_usd' : 'split_usd';
  const exists = scope.withoutShared ? 'direct_full_usd <> 0' : 'true';
  return {
    cluster: scope.cluster,
    // Read twice only to find the highest; otherwise there is nothing to keep.
    text:
      'WITH costs AS ' +
      (limit === undefined ? 'NOT MATERIALIZED' : 'MATERIALIZED') +
      ` (
        SELECT day, hub, username, component, usergroup,
          CASE WHEN $9::boolean THEN ${split} ELSE ${full} END AS amount_usd
        FROM reporting.daily_user_group_costs
        WHERE cluster = $1 AND day >= $2::date AND day < $3::date
          AND ($4::text[] IS NULL OR hub = ANY ($4))
          AND ($5::text[] IS NULL OR hub = ANY ($5))
          AND ($6::text[] IS NULL OR component = ANY ($6))
          AND ($7::text[] IS NULL OR username = ANY ($7))
          AND ($8::text[] IS NULL OR usergroup = ANY ($8))
          AND ${exists}
      )
      SELECT day AS date, username AS user, hub, component, trim_scale(round(amount_usd, $11::integer)) AS value, usergroup
      FROM costs
      WHERE $10::bigint IS NULL OR (hub, username) IN (
        SELECT hub, username
        FROM (
          SELECT hub, username, CASE WHEN $9::boolean THEN sum(amount_usd) ELSE max(amount_usd) END AS amount_usd
          FROM costs
          GROUP BY day, hub, username, component
        ) once
        GROUP BY hub, username
        ORDER BY sum(amount_usd) DESC, hub COLLATE "C", username COLLATE "C"
        LIMIT $10::bigint
      )
      ORDER BY day, hub COLLATE "C", component COLLATE "C", costs.amount_usd DESC, username COLLATE "C",
        usergroup COLLATE "C"`,
    values: scopedValues(
      scope,
      filter.hub,
      filter.component,
      usersOf(scope, filter.user),
      filter.usergroup,
      groups === 'split',
      limit,
      decimalsOf(precision, 4),
    ),
  };
}
