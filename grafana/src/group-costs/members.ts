import { pageOfUser, usersOfGroup, usersOfHub } from '../links.js';
import { AMOUNT, paintedLines, SHORT, table, type Column } from '../panels.js';
import { allPicked, IN_CLUSTER, isPicked, picked } from '../sql.js';
import { FIRST_DAY, LAST_DAY } from '../step.js';
import { USERS_PICKED } from '../users-picked.js';
import { MEMBERSHIPS_PICKED } from './conditions.js';

/** Conditions on `usergroups`, all the groups that a user of a hub was in on the same day. */
const IN_SEVERAL = 'cardinality(usergroups) > 1';
const IN_NONE = `'none' = ANY (usergroups)`;

const USER: Column = { width: 170, link: pageOfUser('groups') };
const HUB: Column = { width: 110, link: usersOfHub('groups') };

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
        'Which groups overlap: who was in more than one group on at least one day of the range: what they cost on such days, all groups they were in on them, how many days, and the last of them; the row All is the total cost. Split divides this cost, full counts it once per group.',
    },
    `
SELECT coalesce(m.username, 'All') AS "User", coalesce(m.hub, 'All') AS "Hub", sum(costs.amount_usd) AS "Cost", CASE WHEN grouping(m.hub) = 0 THEN min(m.its_groups) END AS "Groups",
       max(m.days) AS "Days", to_char(max(m.last_day), 'YYYY-MM-DD') AS "Last day"
FROM (
  SELECT username, hub, string_agg(DISTINCT usergroup, ', ' ORDER BY usergroup) AS its_groups,
         count(DISTINCT day) AS days, max(day) AS last_day
  FROM ${MEMBERSHIPS_PICKED}
    AND group_count > 1
  GROUP BY username, hub
  HAVING ${allPicked('usergroup')} OR bool_or(${isPicked('usergroup')})
) AS m LEFT JOIN ${costsWhile(IN_SEVERAL)} AS costs ON costs.username = m.username AND costs.hub = m.hub
GROUP BY GROUPING SETS ((m.username, m.hub, m.its_groups), ())
HAVING count(*) > 0
ORDER BY grouping(m.hub) DESC, "Cost" DESC NULLS LAST, "User", "Hub"
LIMIT 1001`,
    { User: USER, Hub: HUB, Cost: AMOUNT, Groups: { wrap: true }, Days: { width: 70 }, 'Last day': SHORT },
  ).span(14);

export const noGroup = () =>
  table(
    {
      title: 'Users in no group',
      description:
        'Who was known to be in no group on at least one day of the range: what they cost in no group, how many days, and the last of them; the row All is the total cost. With groups picked, none must be among them. Memberships are set at log-in: somebody who has not logged in since may still be in none.',
    },
    `
SELECT coalesce(m.username, 'All') AS "User", coalesce(m.hub, 'All') AS "Hub", sum(costs.amount_usd) AS "Cost",
       max(m.days) AS "Days", to_char(max(m.last_day), 'YYYY-MM-DD') AS "Last day"
FROM (
  SELECT username, hub, count(*) AS days, max(day) AS last_day
  FROM ${MEMBERSHIPS_PICKED}
    AND usergroup = 'none' AND ${picked('usergroup')}
  GROUP BY username, hub
) AS m LEFT JOIN ${costsWhile(IN_NONE)} AS costs ON costs.username = m.username AND costs.hub = m.hub
GROUP BY GROUPING SETS ((m.username, m.hub), ())
HAVING count(*) > 0
ORDER BY grouping(m.hub) DESC, "Cost" DESC NULLS LAST, "User", "Hub"
LIMIT 1001`,
    { User: USER, Hub: HUB, Cost: AMOUNT, Days: { width: 70 }, 'Last day': SHORT },
  ).span(10);

/** A sum over days would count people many times: the mean over the days of a step that were read. */
export const membersByStep = () =>
  paintedLines(
    {
      title: 'Members, as of each day',
      description:
        'How many users each group had, with a cost or without; of a week or a month, the mean of its days. The same name on two hubs counts as two users. A gap: nobody was in the group, or memberships were not read.',
      empty:
        'No memberships: the groups exporter was not read in this range (see Sync health), or nothing matches the filters at the top',
    },
    `
  WITH members AS MATERIALIZED (
    SELECT day, usergroup, count(*) AS members
    FROM ${MEMBERSHIPS_PICKED}
      AND ${picked('usergroup')}
    GROUP BY day, usergroup
  )
  SELECT all_days.day::date AS day, usergroup AS metric, members AS value
  FROM (SELECT DISTINCT usergroup FROM members) AS groups
  CROSS JOIN generate_series(${FIRST_DAY}::timestamp, ${LAST_DAY}::timestamp, interval '1 day') AS all_days (day)
  LEFT JOIN members USING (usergroup, day)`,
    ['lastNotNull', 'min', 'max'],
  )
    .unit('none')
    .decimals(0);

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
    {
      Group: { link: usersOfGroup('groups') },
      User: USER,
      Hub: HUB,
      'First day': SHORT,
      'Last day': SHORT,
      Days: { width: 70 },
    },
  ).span(12);
