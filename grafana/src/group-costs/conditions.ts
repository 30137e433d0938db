import { IN_CLUSTER, picked } from '../sql.js';

/** Costs per user and group within the range, the cluster and all pickers. */
export const GROUP_COSTS_PICKED = `reporting.daily_user_group_costs
WHERE ${IN_CLUSTER} AND $__timeFilter(day)
  AND ${picked('hub')}
  AND ${picked('component')}
  AND ${picked('usergroup')}
  AND ${picked('user', 'username')}`;

/** Memberships as of each day within the range, the cluster and the pickers of hubs and users. */
export const MEMBERSHIPS_PICKED = `reporting.user_groups
WHERE ${IN_CLUSTER} AND $__timeFilter(day)
  AND ${picked('hub')}
  AND ${picked('user', 'username')}`;
