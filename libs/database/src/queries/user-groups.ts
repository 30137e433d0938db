import { HUB_EXPECTED_DAYS } from '#libs/domain';
import { scopedValues, type NameFilter, type Scope, type Statement } from './statement.js';

interface UserFilters {
  readonly hub: NameFilter;
  readonly user: NameFilter;
}

/**
 * Who was in which group on the latest day of the range that memberships of the hub were read for: rows
 * {hub, username, username_escaped, usergroup}, usergroup `none` for people in no group.
 */
export function userGroups(scope: Scope, filter: UserFilters & { readonly usergroup: NameFilter }): Statement {
  return {
    cluster: scope.cluster,
    text: `
      SELECT hub, username, username_escaped, usergroup
      ${OF_LATEST_DAY}
        AND ($7::text[] IS NULL OR usergroup = ANY ($7))
      ORDER BY hub COLLATE "C", username COLLATE "C", usergroup COLLATE "C"`,
    values: scopedValues(scope, filter.hub, filter.user, filter.usergroup),
  };
}

/** People in more than one group on that day: rows {username, hub, usergroup}. */
export function usersWithMultipleGroups(scope: Scope, filter: UserFilters): Statement {
  return {
    cluster: scope.cluster,
    text: `
      SELECT username, hub, usergroup
      ${OF_LATEST_DAY}
        AND group_count > 1
      ORDER BY hub COLLATE "C", username COLLATE "C", usergroup COLLATE "C"`,
    values: scopedValues(scope, filter.hub, filter.user),
  };
}

/** People known to a hub and in no group on that day: rows {username, hub}. */
export function usersWithNoGroups(scope: Scope, filter: UserFilters): Statement {
  return {
    cluster: scope.cluster,
    text: `
      SELECT username, hub
      ${OF_LATEST_DAY}
        AND usergroup = 'none'
      ORDER BY hub COLLATE "C", username COLLATE "C"`,
    values: scopedValues(scope, filter.hub, filter.user),
  };
}

/** Each hub's own latest day: while the exporter of one is away, its people are not left out. After a week they are. */
const OF_LATEST_DAY = `
      FROM (
        WITH read AS MATERIALIZED (
          SELECT hub, max(day) AS day FROM reporting.usage_days
          WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND dataset = 'memberships' AND status <> 'missing'
          GROUP BY hub
        )
        SELECT members.* FROM reporting.user_groups members
        WHERE cluster = $1 AND day <= (SELECT max(day) FROM read) AND day > (SELECT max(day) FROM read) - ${HUB_EXPECTED_DAYS}
          AND day = (SELECT max(day) FROM read WHERE read.hub IN ('', members.hub))
      ) latest
      WHERE ($4::text[] IS NULL OR hub = ANY ($4))
        AND ($5::text[] IS NULL OR hub = ANY ($5))
        AND ($6::text[] IS NULL OR username = ANY ($6))`;
