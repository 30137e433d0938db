import { table, USD } from '../panels.js';
import { WHERE_PICKED } from './conditions.js';

const GIB = 'gbytes';

/** The most rows that the table shows: a browser has to hold them. */
const MOST_USERS = 1000;

export const users = () =>
  table(
    {
      title: 'Users',
      description: `Direct and shared part, memory held over time (GiB-hours), home directory (mean over the days that it was measured), and what a GiB-hour of memory cost: idle nodes make it dear. At most ${MOST_USERS} users, the most expensive first; click a user to see only them.`,
    },
    `
WITH costs AS (
  SELECT hub, username,
         sum(amount_usd) AS amount_usd, sum(direct_usd) AS direct_usd, sum(shared_usd) AS shared_usd,
         sum(amount_usd) FILTER (WHERE component = 'compute') AS compute_usd
  FROM reporting.daily_user_costs${WHERE_PICKED}
    AND username IS NOT NULL
  GROUP BY hub, username
  ORDER BY amount_usd DESC, hub, username
  LIMIT ${MOST_USERS}
), usage AS (
  SELECT hub, username,
         sum(gib_hours) FILTER (WHERE component = 'compute') AS compute_gib_hours,
         sum(gib_hours) FILTER (WHERE component = 'home storage') / 24
           / nullif(count(*) FILTER (WHERE component = 'home storage'), 0) AS home_gib
  FROM reporting.daily_user_usage${WHERE_PICKED}
  GROUP BY hub, username
)
SELECT username AS "User", hub AS "Hub",
       amount_usd AS "Cost", direct_usd AS "Direct part", shared_usd AS "Shared part",
       compute_gib_hours AS "Memory GiB-hours", home_gib AS "Home GiB",
       compute_usd / nullif(compute_gib_hours, 0) AS "Compute per GiB-hour"
FROM costs LEFT JOIN usage USING (hub, username)
ORDER BY "Cost" DESC, hub, username`,
    { Cost: USD, 'Direct part': USD, 'Shared part': USD, 'Home GiB': GIB },
  )
    .overrideByName('Memory GiB-hours', [{ id: 'decimals', value: 1 }])
    .overrideByName('Compute per GiB-hour', [
      { id: 'unit', value: USD },
      { id: 'decimals', value: 4 },
    ])
    .overrideByName('User', [
      {
        id: 'links',
        value: [
          {
            title: 'Only this user',
            url: '/d/jupyterhub-user-costs?${datasource:queryparam}&${cluster:queryparam}&${hub:queryparam}&${component:queryparam}&var-user=${__value.text:percentencode}&${__url_time_range}',
          },
        ],
      },
    ])
    .height(14);
