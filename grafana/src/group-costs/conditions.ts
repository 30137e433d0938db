import { allPicked, IN_CLUSTER, isPicked, picked } from '../sql.js';

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
