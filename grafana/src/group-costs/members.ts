import { lines, table, USD } from '../panels.js';
import { IN_CLUSTER, isPicked, allPicked, picked } from '../sql.js';
import { MEMBERSHIPS_PICKED } from './conditions.js';

/**
 * What each user of each hub cost on the days on which they are in `members`. With `+ 0` no index serves the join: the
 * planner expects few members, and would look up each of thousands.
 */
const COSTS_OF_MEMBERS = `(
  SELECT username, hub, sum(direct_usd) + sum(shared_usd) AS amount_usd
  FROM reporting.daily_user_costs
  WHERE ${IN_CLUSTER} AND $__timeFilter(day)
    AND ${picked('hub')}
    AND ${picked('component')}
    AND ${picked('user', 'username')}
    AND username IS NOT NULL AND (day + 0, hub, username) IN (SELECT day, hub, username FROM members)
  GROUP BY username, hub
)`;

export const severalGroups = () =>
  table(
    {
      title: 'Users in several groups',
      description:
        'Who was in more than one group on at least one day of the range: all groups they were in on such days, how many days, the last of them, and what they cost on them. Split divides this cost, full counts it once per group.',
    },
    `
WITH members AS MATERIALIZED (
  SELECT day, hub, username, usergroup
  FROM ${MEMBERSHIPS_PICKED}
    AND group_count > 1
)
SELECT m.username AS "User", m.hub AS "Hub", m.usergroups AS "Groups",
       m.days AS "Days", m.last_day AS "Last day", costs.amount_usd AS "Cost"
FROM (
  SELECT username, hub, string_agg(DISTINCT usergroup, ', ' ORDER BY usergroup) AS usergroups,
         count(DISTINCT day) AS days, to_char(max(day), 'YYYY-MM-DD') AS last_day
  FROM members
  GROUP BY username, hub
  HAVING ${allPicked('usergroup')} OR bool_or(${isPicked('usergroup')})
) AS m LEFT JOIN ${COSTS_OF_MEMBERS} AS costs ON costs.username = m.username AND costs.hub = m.hub
ORDER BY "Cost" DESC NULLS LAST, "User", "Hub"`,
    { Cost: USD },
  ).span(12);

export const noGroup = () =>
  table(
    {
      title: 'Users in no group',
      description:
        'Who was in no group on at least one day of the range: how many days, the last of them, and what they cost on them. Memberships are set at log-in: somebody who has not logged in since may still be in none.',
    },
    `
WITH members AS MATERIALIZED (
  SELECT day, hub, username
  FROM ${MEMBERSHIPS_PICKED}
    AND usergroup = 'none'
)
SELECT m.username AS "User", m.hub AS "Hub",
       m.days AS "Days", m.last_day AS "Last day", costs.amount_usd AS "Cost"
FROM (
  SELECT username, hub, count(DISTINCT day) AS days, to_char(max(day), 'YYYY-MM-DD') AS last_day
  FROM members
  GROUP BY username, hub
) AS m LEFT JOIN ${COSTS_OF_MEMBERS} AS costs ON costs.username = m.username AND costs.hub = m.hub
ORDER BY "Cost" DESC NULLS LAST, "User", "Hub"`,
    { Cost: USD },
  ).span(12);

export const membersByDay = () =>
  lines(
    {
      title: 'Members, as of each day',
      description:
        'How many users each group had on each day; the same name on two hubs counts as two users. A gap: memberships of that day were not read.',
    },
    `
SELECT day AS "time", usergroup AS metric, count(*) AS value
FROM ${MEMBERSHIPS_PICKED}
  AND ${picked('usergroup')}
GROUP BY day, usergroup
ORDER BY day, usergroup`,
    ['lastNotNull', 'min', 'max'],
  ).decimals(0);

export const memberships = () =>
  table(
    {
      title: 'Who was in which group, and when',
      description:
        'First and last day of the range on which the user was in the group, and on how many of the days between them. At most 5000 rows.',
    },
    `
SELECT usergroup AS "Group", username AS "User", hub AS "Hub",
       to_char(min(day), 'YYYY-MM-DD') AS "First day", to_char(max(day), 'YYYY-MM-DD') AS "Last day", count(*) AS "Days"
FROM ${MEMBERSHIPS_PICKED}
  AND ${picked('usergroup')}
GROUP BY usergroup, username, hub
ORDER BY usergroup, username, hub
LIMIT 5000`,
  ).span(12);
