import {
  allPicked,
  CLUSTER_AND_DAYS,
  EVERYBODY,
  IN_CLUSTER,
  isOneOfPicked,
  isPicked,
  picked,
  pickedOneOf,
} from '../sql.js';

/**
 * The planner drops a branch whose condition on what is picked is false. So sums are read where all users and groups are
 * picked, and the rows of every user and day only where they are not.
 */
const EVERY_GROUP = allPicked('usergroup');

/**
 * Who was on which day in one of the groups that are picked; nobody, with All. Whom no membership names is in group none
 * or unknown only by what they cost, which takes longer to find.
 */
export const MEMBERS_PICKED = `(
      SELECT day, hub, username
      FROM reporting.user_groups
      WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND ${picked('hub')} AND NOT ${EVERY_GROUP} AND ${isPicked('usergroup')}
      UNION
      SELECT day, hub, username
      FROM reporting.daily_user_group_costs
      WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND ${picked('hub')} AND NOT ${EVERY_GROUP} AND ${isPicked('usergroup')}
        AND ${pickedOneOf('usergroup', ['none', 'unknown'])}
    )`;

/** Rows of a view with one row per user within the range, the cluster and the pickers of hub, component and user. */
const WHERE_PICKED = `
  WHERE ${IN_CLUSTER} AND $__timeFilter(day)
    AND ${picked('hub')}
    AND ${picked('component')}
    AND ${picked('user', 'username')}`;

/**
 * Condition: the user was that day in one of the groups that are picked. With `+ 0` no index serves it: the planner cannot
 * know how many members a group has, expects few, and would look up each of thousands instead of joining them.
 */
const AS_MEMBER = `(day + 0, hub, username) IN ${MEMBERS_PICKED}`;

const IN_EVERY_GROUP = `
  SELECT day, hub, component, borne_by = 'nobody' AS nobody, direct_usd, shared_usd
  FROM reporting.daily_allocated_costs
  WHERE ${EVERYBODY} AND ${IN_CLUSTER} AND $__timeFilter(day) AND ${picked('hub')} AND ${picked('component')}
  UNION ALL
  SELECT day, hub, component, username IS NULL, direct_usd, shared_usd
  FROM reporting.daily_user_costs${WHERE_PICKED}
    AND ${EVERY_GROUP} AND NOT ${allPicked('user')}`;

/** By day, hub and component, what users and what nobody bears, within the range, the cluster and all pickers. */
export const BY_BEARER = `(${IN_EVERY_GROUP}
  UNION ALL
  SELECT day, hub, component, false, direct_usd, shared_usd
  FROM reporting.daily_user_costs${WHERE_PICKED}
    AND NOT ${EVERY_GROUP} AND ${AS_MEMBER}
) AS costs`;

const MEMBER_COSTS = `
  FROM reporting.member_costs(${CLUSTER_AND_DAYS})
  WHERE NOT ${EVERY_GROUP} AND ${isOneOfPicked('usergroup', 'usergroups')}
    AND ${picked('hub')} AND ${picked('component')} AND ${picked('user', 'username')}`;

/** The same over the whole range, which for the members of groups is far less to read. */
export const SUMS_BY_BEARER = `(
  SELECT nobody, direct_usd, shared_usd
  FROM (${IN_EVERY_GROUP}
  ) AS by_day
  UNION ALL
  SELECT false, direct_usd, shared_usd${MEMBER_COSTS}
) AS costs`;

const USER_SUMS = `
  SELECT hub, username, component, direct_usd, shared_usd, cost_days, byte_seconds, usage_days
  FROM reporting.user_sums(${CLUSTER_AND_DAYS})
  WHERE ${EVERY_GROUP} AND ${picked('hub')} AND ${picked('component')} AND ${picked('user', 'username')}
  UNION ALL
  SELECT hub, username, component, direct_usd, shared_usd, cost_days, 0, 0${MEMBER_COSTS}`;

/** By hub, user and component, cost over the whole range, within the cluster and all pickers; cost_days 0: none. */
export const COSTS_BY_USER = `(${USER_SUMS}
) AS sums`;

/** The same with usage. */
export const COSTS_AND_USAGE_BY_USER = `(${USER_SUMS}
  UNION ALL
  SELECT hub, username, component, 0, 0, 0, byte_seconds, 1
  FROM reporting.daily_user_usage${WHERE_PICKED}
    AND NOT ${EVERY_GROUP} AND ${AS_MEMBER}
) AS sums`;
