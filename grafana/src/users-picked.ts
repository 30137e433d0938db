import { allPicked, IN_CLUSTER, isOneOfPicked, isPicked, picked } from './sql.js';

/**
 * Costs and usage of the users who are picked. The planner drops a branch whose condition on what is picked is false: sums
 * of sets of groups are read where every user is picked, and the users' own rows where some are.
 */
const EVERY_USER = allPicked('user');

const IN_RANGE = `${IN_CLUSTER} AND $__timeFilter(day)`;

/** Condition on a row with a set of groups: the picker of groups. */
const GROUPS_PICKED = `(${allPicked('usergroup')} OR ${isOneOfPicked('usergroup', 'usergroups')})`;

/** Condition on a row of a user: the pickers of hub, component and user. */
export const USERS_PICKED = `${picked('hub')} AND ${picked('component')} AND ${picked('user', 'username')}`;

/** What the users cost by day, hub and component, each of them once however many of their groups are picked. */
export const USER_COSTS_BY_DAY = `
  SELECT day, hub, component, direct_usd, shared_usd
  FROM reporting.daily_allocated_costs
  WHERE ${EVERY_USER} AND reason IS NULL AND ${GROUPS_PICKED}
    AND ${IN_RANGE} AND ${picked('hub')} AND ${picked('component')}
  UNION ALL
  SELECT day, hub, component, direct_usd, shared_usd
  FROM reporting.daily_user_costs
  WHERE NOT ${EVERY_USER} AND ${isPicked('user', 'username')} AND ${GROUPS_PICKED}
    AND ${IN_RANGE} AND ${picked('hub')} AND ${picked('component')}`;

/** What each user cost by day and component. */
export const USER_COSTS = userCosts('$__timeFilter(day)');

/** What each user cost by day and component, on the days of a condition. */
export function userCosts(days: string): string {
  return `(${costsFrom('reporting.daily_user_costs', days)}) AS costs`;
}

/** The same where rows of whole months may stand for their days. */
export function userCostsByMonth(months: string, daysApart: string): string {
  return `(${costsFrom(`(SELECT *, first_day AS day FROM reporting.monthly_user_costs)`, months)}
  UNION ALL ${costsFrom('reporting.daily_user_costs', daysApart)}) AS costs`;
}

function costsFrom(rows: string, days: string): string {
  return `
  SELECT day, hub, username, component, direct_usd, shared_usd, amount_usd, usergroups
  FROM ${rows} AS user_costs
  WHERE ${IN_CLUSTER} AND ${days} AND username IS NOT NULL AND ${USERS_PICKED} AND ${GROUPS_PICKED}
`;
}

/** Who was on which day in one of the groups that are picked. */
const MEMBERS_PICKED = `
    SELECT day, hub, username FROM reporting.user_groups WHERE ${IN_RANGE} AND ${isPicked('usergroup')}
    UNION
    SELECT day, hub, username FROM reporting.daily_user_costs
    WHERE ${IN_RANGE} AND ${isOneOfPicked('usergroup', 'usergroups')}`;

/** Byte-seconds in a GiB held for an hour: to divide a sum is quicker than to add up quotients. */
export const GIB_HOUR = '(3600 * 1073741824::numeric)';

const MEASURES_PICKED = `measure IN ('memory_requested', 'home_stored') AND ${USERS_PICKED}`;

/** What each user used by day and component, in byte-seconds, of the users and days of USER_COSTS. */
export const USAGE = `(${usageOn('$__timeFilter(day)')}) AS usage`;

function usageOn(days: string): string {
  return `
  SELECT day, hub, username, component, quantity, 1 AS days
  FROM reporting.daily_user_usage
  WHERE ${IN_CLUSTER} AND ${days} AND ${MEASURES_PICKED}
    AND (${allPicked('usergroup')} OR (day, hub, username) IN (${MEMBERS_PICKED}))
`;
}

/** The same where rows of whole months may stand for their days, if all groups are picked. */
export function usageByMonth(months: string, daysApart: string): string {
  return `(
  SELECT month, hub, username, component, quantity, days
  FROM reporting.monthly_user_usage
  WHERE ${IN_CLUSTER} AND ${months} AND ${MEASURES_PICKED}
  UNION ALL ${usageOn(daysApart)}) AS usage`;
}
