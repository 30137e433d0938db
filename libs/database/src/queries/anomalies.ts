import { IN_SCOPE, scopedValues, type NameFilter, type Precision, type Scope, type Statement } from './statement.js';

/**
 * Days that cost far more than usual, the newest first: rows {date, hub, component, user, cost, usual, most, difference,
 * ratio}; either component or user is null. Who sees one user sees that user's; who does not see what is shared, no user's.
 */
export function anomalies(
  scope: Scope,
  filter: { readonly hub: NameFilter; readonly component: NameFilter; readonly user: NameFilter },
  precision: Precision,
): Statement {
  return {
    cluster: scope.cluster,
    text: `
      SELECT day AS date, hub, component, username AS "user", trim_scale(round(amount_usd, $7::integer)) AS cost,
        trim_scale(round(usual_usd, $7)) AS usual, trim_scale(round(most_usd, $7)) AS most,
        trim_scale(round(difference_usd, $7)) AS difference, trim_scale(round(ratio, 2)) AS ratio
      FROM reporting.anomalies
      WHERE ${IN_SCOPE}
        AND ($5::text IS NULL OR username = $5)
        AND (NOT $6::boolean OR username IS NULL)
        AND ($8::text[] IS NULL OR hub = ANY ($8))
        AND ($9::text[] IS NULL OR component = ANY ($9))
        AND ($10::text[] IS NULL OR username = ANY ($10))
      ORDER BY day DESC, difference_usd DESC, hub COLLATE "C", component COLLATE "C", username COLLATE "C"`,
    values: scopedValues(
      scope,
      scope.user,
      scope.withoutShared ?? false,
      precision === 'exact' ? 10 : 2,
      filter.hub,
      filter.component,
      filter.user,
    ),
  };
}
