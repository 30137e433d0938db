import { scopedValues, type NameFilter, type Scope, type Statement } from './statement.js';

/**
 * Who was in which group on the latest day of the range that memberships were read for: rows
 * {hub, username, username_escaped, usergroup}, usergroup `none` for people in no group.
 */
export function userGroups(
  scope: Scope,
  filter: { readonly hub: NameFilter; readonly user: NameFilter; readonly usergroup: NameFilter },
): Statement {
  return {
    cluster: scope.cluster,
    text: `
      SELECT hub, username, username_escaped, usergroup
      FROM reporting.user_groups
      WHERE cluster = $1 AND day = (
          SELECT max(day) FROM reporting.usage_days
          WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND dataset = 'memberships' AND status <> 'missing')
        AND ($4::text[] IS NULL OR hub = ANY ($4))
        AND ($5::text[] IS NULL OR hub = ANY ($5))
        AND ($6::text[] IS NULL OR username = ANY ($6))
        AND ($7::text[] IS NULL OR usergroup = ANY ($7))
      ORDER BY hub COLLATE "C", username COLLATE "C", usergroup COLLATE "C"`,
    values: scopedValues(scope, filter.hub, filter.user, filter.usergroup),
  };
}
