import { dailyLines, table, USD } from '../panels.js';
import { allPicked, IN_CLUSTER, isPicked, picked } from '../sql.js';
import { USERS_PICKED } from '../users-picked.js';
import { MEMBERSHIPS_PICKED } from './conditions.js';

/** Conditions on `usergroups`, all the groups that a user of a hub was in on the same day. */
const IN_SEVERAL = 'cardinality(usergroups) > 1';
const IN_NONE = `'none' = ANY (usergroups)`;

/** What each user of each hub cost on the days on which the condition held. */
const costsWhile = (condition: string) => `(
  SELECT username, hub, sum(direct_usd) + sum(shared_usd) AS amount_usd
  FROM reporting.daily_user_costs
  WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND username IS NOT NULL AND ${USERS_PICKED}
    AND ${condition}
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
SELECT m.username AS "User", m.hub AS "Hub", m.its_groups AS "Groups",
       m.days AS "Days", to_char(m.last_day, 'YYYY-MM-DD') AS "Last day", costs.amount_usd AS "Cost"
FROM (
  SELECT username, hub, string_agg(DISTINCT usergroup, ', ' ORDER BY usergroup) AS its_groups,
         count(DISTINCT day) AS days, max(day) AS last_day
  FROM ${MEMBERSHIPS_PICKED}
    AND group_count > 1
  GROUP BY username, hub
  HAVING ${allPicked('usergroup')} OR bool_or(${isPicked('usergroup')})
) AS m LEFT JOIN ${costsWhile(IN_SEVERAL)} AS costs ON costs.username = m.username AND costs.hub = m.hub
ORDER BY "Cost" DESC NULLS LAST, "User", "Hub"`,
    { Cost: USD },
  ).span(12);

export const noGroup = () =>
  table(
    {
      title: 'Users in no group',
      description:
        'Who was known to be in no group on at least one day of the range: how many days, the last of them, and what they cost in no group. Memberships are set at log-in: somebody who has not logged in since may still be in none.',
    },
    `
SELECT m.username AS "User", m.hub AS "Hub",
       m.days AS "Days", to_char(m.last_day, 'YYYY-MM-DD') AS "Last day", costs.amount_usd AS "Cost"
FROM (
  SELECT username, hub, count(*) AS days, max(day) AS last_day
  FROM ${MEMBERSHIPS_PICKED}
    AND usergroup = 'none'
  GROUP BY username, hub
) AS m LEFT JOIN ${costsWhile(IN_NONE)} AS costs ON costs.username = m.username AND costs.hub = m.hub
ORDER BY "Cost" DESC NULLS LAST, "User", "Hub"`,
    { Cost: USD },
  ).span(12);

export const membersByDay = () =>
  dailyLines(
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
       to_char(min(day), 'YYYY-MM-DD') AS "First day", to_char(max(day), 'YYYY-MM-DD') AS "Last day",
       count(*) AS "Days"
FROM ${MEMBERSHIPS_PICKED}
  AND ${picked('usergroup')}
GROUP BY usergroup, username, hub
ORDER BY usergroup, username, hub
LIMIT 5000`,
  ).span(12);
