import { usersOfHub, pageOfUser } from '../links.js';
import { AMOUNT, figures, table } from '../panels.js';
import { IN_CLUSTER, picked } from '../sql.js';
import { daysLeftOut } from '../uncompared-days.js';
import {
  COSTS_OF_PERIODS,
  LAST_WEEK,
  MONTHS_STORED,
  PERIODS,
  SAME_DAYS_BEFORE,
  THIS_MONTH,
  WEEK_BEFORE,
  WEEKS_STORED,
} from './periods.js';

const NOT_YET = 'No complete day of this month is stored yet, or no cost matches Hub and Component';

export const month = () =>
  figures(
    {
      title: 'Month so far, of complete days',
      description:
        'Cluster cost of the month that the range ends in, up to the last complete day: one whose costs were read after it had ended. Compared with the same days of the month before, where all of them, and of this month, are stored. Forecast: the mean of the complete days that are stored, times the days of the month. Obeys Hub and Component.',
    },
    `${PERIODS}, sums AS (
  SELECT sum(amount_usd) FILTER (WHERE ${THIS_MONTH}) AS so_far,
         sum(amount_usd) FILTER (WHERE ${SAME_DAYS_BEFORE}) AS before
  FROM (${COSTS_OF_PERIODS}
  ) AS costs
), known AS (
  SELECT count(*) AS days
  FROM reporting.daily_total_costs, periods
  WHERE ${IN_CLUSTER} AND name = 'attributable' AND day BETWEEN month AND last
)
SELECT so_far AS "Month so far", CASE WHEN ${MONTHS_STORED} THEN before END AS "Same days, month before",
       CASE WHEN ${MONTHS_STORED} THEN so_far - before END AS "Change",
       so_far * days_of_month / nullif(known.days, 0) AS "Forecast at the run rate",
       known.days || ' of ' || days_of_month || ', to ' || to_char(last, 'YYYY-MM-DD') AS "Complete days"
FROM sums, known, periods`,
    {
      'Month so far': 'usd',
      'Same days, month before': 'usd',
      Change: 'change',
      'Forecast at the run rate': 'usd',
      'Complete days': 'text',
    },
  ).span(24);

export const week = () =>
  figures(
    {
      title: 'Last 7 complete days',
      description:
        'Cluster cost of the seven days up to the last complete one, against the seven before them where all fourteen are stored. Obeys Hub and Component.',
    },
    `${PERIODS}
SELECT sum(amount_usd) FILTER (WHERE ${LAST_WEEK}) AS "Last 7 complete days",
       CASE WHEN ${WEEKS_STORED} THEN sum(amount_usd) FILTER (WHERE ${WEEK_BEFORE}) END AS "7 days before",
       CASE WHEN ${WEEKS_STORED} THEN sum(amount_usd) FILTER (WHERE ${LAST_WEEK}) - sum(amount_usd) FILTER (WHERE ${WEEK_BEFORE}) END AS "Change"
FROM (${COSTS_OF_PERIODS}
) AS costs`,
    { 'Last 7 complete days': 'usd', '7 days before': 'usd', Change: 'change' },
  ).span(12);

/** Unallocated cost is of the hub of its tag, as the cost that it is compared with. */
export const borneByNobody = () =>
  figures(
    {
      title: 'No user bears, of the range',
      description:
        'Share of the cluster cost that no user bears, and its greatest reason: idle capacity, nobody used it, a hub without named users, or a component that is not divided. Apart from that, the cost of what was used while usage was not read: it is not idle, it is not known. Obeys Hub and Component.',
    },
    `
SELECT (coalesce(nobody.usd, 0) - coalesce(nobody.not_read_usd, 0)) / nullif(costs.usd, 0) AS "No user bears",
       coalesce(nobody.reason, CASE WHEN costs.usd IS NOT NULL THEN 'nothing' END) AS "Mostly",
       CASE WHEN costs.usd IS NOT NULL THEN coalesce(nobody.not_read_usd, 0) END AS "Usage not read"
FROM (
  SELECT sum(amount_usd) AS usd
  FROM reporting.daily_component_costs
  WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND ${picked('hub')} AND ${picked('component')}
) AS costs, (
  SELECT sum(usd) AS usd, sum(usd) FILTER (WHERE reason = 'usage not read') AS not_read_usd,
         (array_agg(reason ORDER BY usd DESC, reason) FILTER (WHERE reason <> 'usage not read' AND usd > 0))[1] AS reason
  FROM (
    SELECT reason, sum(amount_usd) AS usd
    FROM reporting.daily_allocated_costs
    WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND reason IS NOT NULL AND ${picked('hub')} AND ${picked('component')}
    GROUP BY reason
  ) AS reasons
) AS nobody`,
    { 'No user bears': 'share', Mostly: 'text', 'Usage not read': 'usd' },
  ).span(12);

/** Columns of the last 7 complete days beside the 7 before, where these can be compared. */
const changeIf = (
  comparable: string,
) => `CASE WHEN ${comparable} THEN coalesce(sum(amount_usd) FILTER (WHERE ${LAST_WEEK}), 0) - coalesce(sum(amount_usd) FILTER (WHERE ${WEEK_BEFORE}), 0) END AS "Change",
       sum(amount_usd) FILTER (WHERE ${LAST_WEEK}) AS "Last 7 days", CASE WHEN ${comparable} THEN sum(amount_usd) FILTER (WHERE ${WEEK_BEFORE}) END AS "7 before"`;

export const roseMost = () =>
  table(
    {
      title: 'What rose most',
      description:
        'Hubs and components by how much more they cost in the last 7 complete days than in the 7 before, where all of these are stored; the row All is the total. Obeys Hub and Component.',
      empty: NOT_YET,
    },
    `${PERIODS}
SELECT coalesce(hub, 'All') AS "Hub", coalesce(component, 'total') AS "Component",
       ${changeIf(WEEKS_STORED)}
FROM (${COSTS_OF_PERIODS}
    AND costs.day > last - 14
) AS costs
GROUP BY GROUPING SETS ((hub, component), ())
HAVING count(*) > 0
ORDER BY grouping(hub) DESC, "Change" DESC, "Hub", "Component"
LIMIT 51`,
    { Hub: { link: usersOfHub('cloud') }, Change: AMOUNT, 'Last 7 days': AMOUNT, '7 before': AMOUNT },
  )
    .span(12)
    .height(9);

export const whoseRoseMost = () =>
  table(
    {
      title: 'Whose cost rose most',
      description:
        'Users by how much more they cost in the last 7 complete days than in the 7 before; the row All is the total of all users. The 50 largest changes upwards. A day that is not stored, or whose usage was not read, is left out, and so is the same weekday of the other week. Obeys Hub and Component.',
      empty:
        'No user bore any cost in the last 14 complete days, usage was not read, or nothing matches Hub and Component',
    },
    `${PERIODS}, uncompared AS (SELECT ${daysLeftOut('last - 6', 'last', '7')} AS left_out FROM periods)
SELECT coalesce(username, 'All') AS "User", coalesce(hub, 'total') AS "Hub",
       ${changeIf('true')}
FROM reporting.daily_user_costs AS costs, periods, uncompared
WHERE ${IN_CLUSTER} AND costs.day BETWEEN (SELECT last - 13 FROM periods) AND (SELECT last FROM periods)
  AND costs.day <> ALL (left_out)
  AND username IS NOT NULL AND ${picked('hub')} AND ${picked('component')}
GROUP BY GROUPING SETS ((username, hub), ())
HAVING count(*) > 0
ORDER BY grouping(username) DESC, "Change" DESC, "User", "Hub"
LIMIT 51`,
    { User: { link: pageOfUser('cloud') }, Change: AMOUNT, 'Last 7 days': AMOUNT, '7 before': AMOUNT },
  )
    .span(12)
    .height(9);
