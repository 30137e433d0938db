import { scopedValues, type NameFilter, type Scope, type Statement } from './statement.js';

/** People known to a hub and in no group, on the latest day that memberships were read for: rows {username, hub}. */
export function usersWithNoGroups(
  scope: Scope,
  filter: { readonly hub: NameFilter; readonly user: NameFilter },
): Statement {
  return {
    cluster: scope.cluster,
    text: `
      SELECT username, hub
      FROM reporting.user_groups
      WHERE cluster = $1 AND day = (
          SELECT max(day) FROM reporting.usage_days
          WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND dataset = 'memberships' AND status <> 'missing')
        AND usergroup = 'none'
        AND ($4::text[] IS NULL OR hub = ANY ($4))
        AND ($5::text[] IS NULL OR hub = ANY ($5))
        AND ($6::text[] IS NULL OR username = ANY ($6))
      ORDER BY hub COLLATE "C", username COLLATE "C"`,
    values: scopedValues(scope, filter.hub, filter.user),
  };
}
