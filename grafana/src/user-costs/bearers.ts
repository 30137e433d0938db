import { EVERYBODY, IN_CLUSTER, picked } from '../sql.js';
import { USER_COSTS_BY_DAY } from '../users-picked.js';

/**
 * By day, hub and component, what the users who are picked bear and, with its reason, what nobody does, within the range, the cluster and
 * all pickers. What nobody bears is of no user and no group: it is shown where everybody is picked.
 */
export const BY_BEARER = `(
  SELECT day, hub, component, NULL AS reason, direct_usd, shared_usd
  FROM (${USER_COSTS_BY_DAY}
  ) AS users
  UNION ALL
  SELECT day, hub, component, reason, direct_usd, shared_usd
  FROM reporting.daily_allocated_costs
  WHERE ${EVERYBODY} AND reason IS NOT NULL AND ${IN_CLUSTER} AND $__timeFilter(day)
    AND ${picked('hub')} AND ${picked('component')}
) AS costs`;
