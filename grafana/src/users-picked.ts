import { allPicked, CLUSTER_AND_DAYS, EVERYBODY, IN_CLUSTER, isOneOfPicked, isPicked, picked } from './sql.js';

/**
 * Costs and usage of the users who are picked. The planner drops a branch whose condition on what is picked is false: sums
 * of everybody or of sets of groups are read where they answer, and each user's days only where some users are picked.
 */
const EVERY_GROUP = allPicked('usergroup');
const EVERY_USER = allPicked('user');

const ON_PICKED_DAYS = `${IN_CLUSTER} AND $__timeFilter(day) AND ${picked('hub')}`;

/** Who was on which day in one of the groups that are picked, of the users who are. */
const MEMBERS_PICKED = `
    SELECT day, hub, username
    FROM reporting.daily_user_group_costs
    WHERE ${ON_PICKED_DAYS} AND ${isPicked('user', 'username')} AND ${isPicked('usergroup')}`;

/** What the users cost by day, hub and component, each of them once however many of their groups are picked. */
export const USER_COSTS_BY_DAY = `
  SELECT day, hub, component, direct_usd, shared_usd
  FROM reporting.daily_allocated_costs
  WHERE ${EVERYBODY} AND borne_by = 'users' AND ${ON_PICKED_DAYS} AND ${picked('component')}
  UNION ALL
  SELECT day, hub, component, direct_usd, shared_usd
  FROM reporting.daily_membership_costs
  WHERE ${EVERY_USER} AND NOT ${EVERY_GROUP} AND ${isOneOfPicked('usergroup', 'usergroups')}
    AND ${ON_PICKED_DAYS} AND ${picked('component')}
  UNION ALL
  SELECT day, hub, component, direct_usd, shared_usd
  FROM reporting.daily_user_costs
  WHERE NOT ${EVERY_USER} AND ${isPicked('user', 'username')} AND ${ON_PICKED_DAYS} AND ${picked('component')}
    AND (${EVERY_GROUP} OR (day, hub, username) IN (${MEMBERS_PICKED}))`;

/** Condition on a row of a user: the pickers of hub, component and user. */
export const USERS_PICKED = `${picked('hub')} AND ${picked('component')} AND ${picked('user', 'username')}`;
const MEMBERS_OF_SOME_GROUPS = `NOT ${EVERY_GROUP} AND ${isOneOfPicked('usergroup', 'usergroups')} AND ${USERS_PICKED}`;

/** Usage comes with the sums of everybody anyway; of members it is a part of its own, which takes as long as their costs. */
const SUMS = `
  SELECT hub, username, component, direct_usd, shared_usd, cost_days, byte_seconds, usage_days
  FROM reporting.user_sums(${CLUSTER_AND_DAYS})
  WHERE ${EVERY_GROUP} AND ${USERS_PICKED}
  UNION ALL
  SELECT hub, username, component, direct_usd, shared_usd, cost_days, 0, 0
  FROM reporting.member_costs(${CLUSTER_AND_DAYS})
  WHERE ${MEMBERS_OF_SOME_GROUPS}`;

/** What the users cost by hub, user and component over the whole range, a user in one or more rows; cost_days 0: no cost. */
export const USER_COSTS = `(${SUMS}
) AS sums`;

/** The same with what they used. */
export const USER_COSTS_AND_USAGE = `(${SUMS}
  UNION ALL
  SELECT hub, username, component, 0, 0, 0, byte_seconds, usage_days
  FROM reporting.member_usage(${CLUSTER_AND_DAYS})
  WHERE ${MEMBERS_OF_SOME_GROUPS}
) AS sums`;
