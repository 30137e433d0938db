import { colour, dailyBars } from '../panels.js';
import { WHERE_PICKED } from './conditions.js';

const UNALLOCATED = '(unallocated)';
const EVERYONE_ELSE = '(everyone else)';

export const usersByDay = () =>
  dailyBars(
    {
      title: 'Top $top_users users, everyone else, and what no user bears',
      description:
        'Adds up to the attributable cost of each day, as long as no user or group is picked. Unallocated: idle capacity, hubs without named users, and components that users do not share.',
    },
    `
WITH top AS (
  SELECT hub, username
  FROM reporting.daily_user_costs${WHERE_PICKED}
    AND username IS NOT NULL
  GROUP BY hub, username
  ORDER BY sum(amount_usd) DESC, hub, username
  LIMIT \${top_users:sqlstring}::integer
), costs AS (
  SELECT day, hub, username, direct_usd, shared_usd
  FROM reporting.daily_user_costs${WHERE_PICKED}
)
SELECT day AS "time",
       CASE WHEN is_top THEN username || ' (' || hub || ')'
            WHEN nobody THEN '${UNALLOCATED}'
            ELSE '${EVERYONE_ELSE}' END AS metric,
       sum(amount_usd) AS value
FROM (
  SELECT day, top.hub, top.username, top.username IS NOT NULL AS is_top, costs.username IS NULL AS nobody,
         sum(direct_usd) + sum(shared_usd) AS amount_usd
  FROM costs LEFT JOIN top ON top.hub = costs.hub AND top.username = costs.username
  GROUP BY day, top.hub, top.username, costs.username IS NULL
) AS series
GROUP BY 1, 2
ORDER BY 1, 2`,
  )
    .overrideByName(UNALLOCATED, [colour('#8e8e8e')])
    .overrideByName(EVERYONE_ELSE, [colour('#c8c8c8')])
    .span(16)
    .height(12);

export const userHubsByDay = () =>
  dailyBars(
    {
      title: 'Users by hub',
      description:
        "Cost of each hub's users: their hub's own cost and their part of the cost that all hubs share, so this is more than the hub's tagged cost. Unallocated: what no user bears.",
    },
    `
SELECT day AS "time",
       CASE WHEN nobody THEN '${UNALLOCATED}' ELSE hub END AS metric,
       sum(amount_usd) AS value
FROM (
  SELECT day, hub, username IS NULL AS nobody, sum(direct_usd) + sum(shared_usd) AS amount_usd
  FROM reporting.daily_user_costs${WHERE_PICKED}
  GROUP BY day, hub, username IS NULL
) AS costs
GROUP BY 1, 2
ORDER BY 1, 2`,
  ).overrideByName(UNALLOCATED, [colour('#8e8e8e')]);

export const userComponentsByDay = () =>
  dailyBars(
    {
      title: 'Users by component, direct and shared',
      description:
        "Direct: the users' parts of cost tagged with their hub. Shared: their parts of cost without a hub tag, which goes to all users of the cluster. Unallocated: what no user bears.",
    },
    `
SELECT day AS "time",
       CASE WHEN nobody THEN '${UNALLOCATED}' ELSE component || ', ' || part END AS metric,
       sum(part_usd) AS value
FROM (
  SELECT day, component, username IS NULL AS nobody, sum(direct_usd) AS direct_usd, sum(shared_usd) AS shared_usd
  FROM reporting.daily_user_costs${WHERE_PICKED}
  GROUP BY day, component, username IS NULL
) AS costs
CROSS JOIN LATERAL (VALUES ('direct', direct_usd), ('shared', shared_usd)) AS parts (part, part_usd)
GROUP BY 1, 2
ORDER BY 1, 2`,
  ).overrideByName(UNALLOCATED, [colour('#8e8e8e')]);
