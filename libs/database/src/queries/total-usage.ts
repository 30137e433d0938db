import { scopedValues, type NameFilter, type Scope, type Statement } from './statement.js';

/**
 * What each user used: rows {date, user, hub, component, value, gib_hours}. `value` is the share (0 to 1, 10 decimals)
 * of all users of the cluster or, when hubs are asked for, of all users of the row's hub; shares are taken over
 * everyone and then filtered. `gib_hours` is the usage itself, to 6 decimals: of compute, memory requests. Who sees one
 * user alone gets no share: `value` is null.
 */
export function totalUsage(
  scope: Scope,
  filter: { readonly hub: NameFilter; readonly component: NameFilter; readonly user: NameFilter },
): Statement {
  // A share and a usage together tell what all others used.
  const share =
    scope.user === undefined
      ? 'trim_scale(CASE WHEN $5::text[] IS NULL THEN cluster_share ELSE hub_share END)'
      : 'NULL::numeric';
  return {
    cluster: scope.cluster,
    text: `
      SELECT day AS date, username AS user, hub, component,
        ${share} AS value,
        trim_scale(round(gib_hours, 6)) AS gib_hours
      FROM reporting.daily_user_usage
      WHERE cluster = $1 AND day >= $2::date AND day < $3::date
        AND ($4::text[] IS NULL OR hub = ANY ($4))
        AND ($5::text[] IS NULL OR hub = ANY ($5))
        AND ($6::text[] IS NULL OR component = ANY ($6))
        AND ($7::text[] IS NULL OR username = ANY ($7))
        AND component IS NOT NULL AND unit = 'byte-seconds'
      ORDER BY day, component COLLATE "C", hub COLLATE "C", username COLLATE "C"`,
    values: scopedValues(scope, filter.hub, filter.component, filter.user),
  };
}
