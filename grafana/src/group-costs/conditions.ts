import { allPicked, CLUSTER_AND_DAYS, EVERYBODY, IN_CLUSTER, isOneOfPicked, isPicked, picked } from '../sql.js';

/**
 * Costs by day, hub, component and group within the range, the cluster and all pickers. The planner drops the branch
 * whose condition on what is picked is false: only with users picked are their rows read one by one.
 */
export const GROUP_COSTS_PICKED = `(
  SELECT day, hub, component, usergroup, full_usd, split_usd
  FROM reporting.daily_group_costs${wherePicked()}
    AND ${allPicked('user')}
  UNION ALL
  SELECT day, hub, component, usergroup, full_usd, split_usd
  FROM reporting.daily_user_group_costs${wherePicked()}
    AND NOT ${allPicked('user')} AND ${isPicked('user', 'username')}
) AS costs`;

/** What the users of those costs cost, each once: what is split among all groups adds up to it. */
export const EACH_USER_ONCE = `(
  SELECT split_usd AS amount_usd
  FROM ${GROUP_COSTS_PICKED}
  WHERE ${EVERYBODY}
  UNION ALL
  SELECT direct_usd + shared_usd
  FROM reporting.member_costs(${CLUSTER_AND_DAYS})
  WHERE NOT (${EVERYBODY}) AND (${allPicked('usergroup')} OR ${isOneOfPicked('usergroup', 'usergroups')})
    AND ${picked('hub')} AND ${picked('component')} AND ${picked('user', 'username')}
) AS each_once`;

/** Memberships as of each day within the range, the cluster and the pickers of hubs and users. */
export const MEMBERSHIPS_PICKED = `reporting.user_groups
WHERE ${IN_CLUSTER} AND $__timeFilter(day)
  AND ${picked('hub')}
  AND ${picked('user', 'username')}`;

function wherePicked(): string {
  return `
  WHERE ${IN_CLUSTER} AND $__timeFilter(day)
    AND ${picked('hub')}
    AND ${picked('component')}
    AND ${picked('usergroup')}`;
}
