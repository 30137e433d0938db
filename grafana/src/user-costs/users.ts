import { pageOfUser, usersOfHub } from '../links.js';
import { SHARE } from '../money.js';
import { AMOUNT, table } from '../panels.js';
import { allPicked, IN_CLUSTER } from '../sql.js';
import { FIRST_DAY, LAST_DAY } from '../step.js';
import { daysLeftOut } from '../uncompared-days.js';
import { GIB_HOUR, usageByMonth, userCosts, userCostsByMonth } from '../users-picked.js';
import { NO_USER } from './by-step.js';

/** The most rows that the table shows: a browser has to hold them. */
const MOST_USERS = 1000;

const LENGTH = `${LAST_DAY} - ${FIRST_DAY} + 1`;

/** Whether the days before are all stored, and some can be compared; the days that cannot, where there is anything to compare. */
const COMPARISON = `
WITH uncompared AS (
  SELECT ${daysLeftOut(FIRST_DAY, LAST_DAY, LENGTH)} AS days
), comparison AS MATERIALIZED (
  SELECT is_known, CASE WHEN is_known THEN days ELSE '{}' END AS left_out
  FROM uncompared, LATERAL (
    SELECT count(*) = ${LENGTH} AND count(*) > count(*) FILTER (WHERE day = ANY (days)) AS is_known
    FROM reporting.daily_total_costs
    WHERE ${IN_CLUSTER} AND name = 'account' AND day BETWEEN ${FIRST_DAY} - (${LENGTH}) AND ${FIRST_DAY} - 1
  ) AS stored
)`;

/** Of the last week alone: to look at the groups of every day takes as long as to add up the costs. */
const LAST_STORED = `(SELECT max(day) FROM reporting.daily_total_costs WHERE ${IN_CLUSTER} AND $__timeFilter(day))`;
const OF_LAST_WEEK = `day > ${LAST_STORED} - 7`;

/**
 * The months that lie in the range or in the days before it as far as they are stored, and end before the week whose groups are
 * shown; and the days of both that are in none of them. To read sums of months halves the time of a long range.
 */
const MONTHS = `
, whole AS MATERIALIZED (
  SELECT coalesce(array_agg(month), '{}') AS months
  FROM reporting.rolled_up_months
  WHERE ${IN_CLUSTER} AND ${allPicked('usergroup')} AND last_day <= ${LAST_STORED} - 7
    AND (first_day >= ${FIRST_DAY} OR first_day >= ${FIRST_DAY} - (${LENGTH}) AND last_day < ${FIRST_DAY})
), apart AS MATERIALIZED (
  SELECT array_agg(day::date) AS days
  FROM generate_series((${FIRST_DAY} - (${LENGTH}))::timestamp, ${LAST_DAY}::timestamp, interval '1 day') AS days (day), whole
  WHERE date_trunc('month', day)::date <> ALL (months)
)`;
const IS_WHOLE = 'month = ANY ((SELECT months FROM whole)::date[])';
const IS_APART = 'day = ANY ((SELECT days FROM apart)::date[])';

/** The range with as many days before it: to read both at once is quicker. */
const USER_COSTS_SINCE_BEFORE = userCostsByMonth(IS_WHOLE, IS_APART);

const USAGE_IN_RANGE = usageByMonth(`first_day >= ${FIRST_DAY} AND ${IS_WHOLE}`, `$__timeFilter(day) AND ${IS_APART}`);

/** What is not compared is read once more and taken off: it is little, and a condition on each row costs more than the sum. */
const USER_COSTS_LEFT_OUT = userCosts('day = ANY (ARRAY(SELECT unnest(left_out) FROM comparison))');

export const users = () =>
  table(
    {
      title: 'Users',
      description: `Cost, change against as many days before the range (empty where those are not all stored; a day that is not complete or not stored, or whose usage was not read, is left out, and so is the day opposite), share of what all picked users cost, direct and shared part, memory held over time (GiB-hours), home directory (mean over the days that it was measured), what a GiB-hour of memory cost, and their groups on the latest of the last 7 days of the range. The row All is the total. At most ${MOST_USERS} users, the most expensive first; click a user to see only them. The total’s change counts users, too, who had a cost before and have none now.`,
      empty: NO_USER,
    },
    `
${COMPARISON}${MONTHS}
SELECT coalesce(username, 'All') AS "User", coalesce(hub, 'All') AS "Hub", usd AS "Cost",
       CASE WHEN is_known THEN usd - coalesce(before_usd, 0) - coalesce(left_out_usd, 0) END AS "Change",
       usd / nullif(sum(usd) FILTER (WHERE NOT is_total) OVER (), 0) AS "Share",
       direct_usd AS "Direct part", usd - direct_usd AS "Shared part",
       compute_gib_hours AS "Memory GiB-hours", home_gib AS "Home GiB",
       compute_usd / nullif(compute_gib_hours, 0) AS "Per GiB-hour",
       array_to_string(dated_groups[2:], ', ') AS "Groups"
FROM (
  SELECT grouping(hub) = 1 AS is_total, hub, username, sum(usd) AS usd, sum(direct_usd) AS direct_usd, sum(compute_usd) AS compute_usd, sum(before_usd) AS before_usd, sum(left_out_usd) AS left_out_usd, sum(compute_gib_hours) AS compute_gib_hours,
         CASE WHEN grouping(hub) = 0 THEN sum(home_gib) END AS home_gib,
         CASE WHEN grouping(hub) = 0 THEN max(dated_groups) END AS dated_groups
  FROM (
    SELECT hub, username,
           sum(amount_usd) FILTER (WHERE day >= ${FIRST_DAY}) AS usd,
           sum(direct_usd) FILTER (WHERE day >= ${FIRST_DAY}) AS direct_usd,
           sum(amount_usd) FILTER (WHERE day >= ${FIRST_DAY} AND component = 'compute') AS compute_usd,
           sum(amount_usd) FILTER (WHERE day < ${FIRST_DAY}) AS before_usd,
           max(day::text || usergroups) FILTER (WHERE ${OF_LAST_WEEK}) AS dated_groups
    FROM ${USER_COSTS_SINCE_BEFORE}
    GROUP BY hub, username
  ) AS users
  LEFT JOIN (
    SELECT hub, username, sum(CASE WHEN day >= ${FIRST_DAY} THEN amount_usd ELSE -amount_usd END) AS left_out_usd
    FROM ${USER_COSTS_LEFT_OUT}
    GROUP BY hub, username
  ) AS left_out USING (hub, username)
  LEFT JOIN (
    SELECT hub, username,
           sum(quantity) FILTER (WHERE component = 'compute') / ${GIB_HOUR} AS compute_gib_hours,
           sum(quantity) FILTER (WHERE component = 'home storage') / (24 * ${GIB_HOUR})
             / nullif(sum(days) FILTER (WHERE component = 'home storage'), 0) AS home_gib
    FROM ${USAGE_IN_RANGE}
    GROUP BY hub, username
  ) AS used USING (hub, username)
  GROUP BY GROUPING SETS ((hub, username), ())
  HAVING count(*) > 0
) AS sums CROSS JOIN comparison
WHERE usd IS NOT NULL
ORDER BY is_total DESC, "Cost" DESC, hub, username
LIMIT ${MOST_USERS + 1}`,
    {
      User: { width: 170, link: pageOfUser('users') },
      Hub: { width: 110, link: usersOfHub('users') },
      Cost: AMOUNT,
      Change: AMOUNT,
      Share: { unit: SHARE, decimals: 1, width: 80 },
      'Direct part': AMOUNT,
      'Shared part': AMOUNT,
      'Memory GiB-hours': { decimals: 1, width: 140 },
      'Home GiB': { unit: 'gbytes', width: 100 },
      'Per GiB-hour': { ...AMOUNT, decimals: 4 },
      Groups: { wrap: true },
    },
  ).height(14);
