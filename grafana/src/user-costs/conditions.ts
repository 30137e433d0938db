import { allPicked, IN_CLUSTER, isPicked, picked } from '../sql.js';

/** Rows of a view with one row per user within the range, the cluster and all pickers. */
export const WHERE_PICKED = `
  WHERE ${IN_CLUSTER} AND $__timeFilter(day)
    AND ${picked('hub')}
    AND ${picked('component')}
    AND ${picked('user', 'username')}
    AND (${allPicked('usergroup')} OR (day, hub, username) IN (
      SELECT day, hub, username FROM reporting.daily_user_group_costs
      WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND ${isPicked('usergroup')}))`;
