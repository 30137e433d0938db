import { colour, dailyBars } from '../panels.js';
import { USER_COSTS } from '../users-picked.js';
import { BY_BEARER } from './bearers.js';

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
  FROM ${USER_COSTS}
  GROUP BY hub, username
  ORDER BY sum(direct_usd) + sum(shared_usd) DESC, hub, username
  LIMIT \${top_users:sqlstring}::integer
), days AS (
  SELECT day, hub, component, nobody, direct_usd + shared_usd AS amount_usd
  FROM ${BY_BEARER}
), top_days AS (
  SELECT day, hub, username, sum(direct_usd + shared_usd) AS amount_usd
  FROM ${USER_COSTS} JOIN top USING (hub, username)
  GROUP BY day, hub, username
)
SELECT day AS "time", username || ' (' || hub || ')' AS metric, amount_usd AS value
FROM top_days
UNION ALL
SELECT day, '${UNALLOCATED}', sum(amount_usd)
FROM days
WHERE nobody
GROUP BY day
UNION ALL
SELECT day, '${EVERYONE_ELSE}', sum(amount_usd)
FROM (
  SELECT day, amount_usd FROM days WHERE NOT nobody
  UNION ALL SELECT day, -amount_usd FROM top_days
) AS others
GROUP BY day
HAVING sum(amount_usd) <> 0
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
  SELECT day, hub, nobody, direct_usd + shared_usd AS amount_usd
  FROM ${BY_BEARER}
) AS parts
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
  SELECT day, component, nobody, sum(direct_usd) AS direct_usd, sum(shared_usd) AS shared_usd
  FROM ${BY_BEARER}
  GROUP BY day, component, nobody
) AS components
CROSS JOIN LATERAL (VALUES ('direct', direct_usd), ('shared', shared_usd)) AS parts (part, part_usd)
GROUP BY 1, 2
ORDER BY 1, 2`,
  ).overrideByName(UNALLOCATED, [colour('#8e8e8e')]);
