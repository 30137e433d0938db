import { usersOfHub } from '../links.js';
import { SHARE } from '../money.js';
import { AMOUNT, figures, table } from '../panels.js';
import { IN_CLUSTER, picked } from '../sql.js';

const PICKED = `${IN_CLUSTER} AND $__timeFilter(day) AND ${picked('hub')} AND ${picked('component')}`;

/** A share of the total, which the window counts twice: once in its own row. */
const PART = { unit: SHARE, decimals: 1, width: 80 } as const;

export const services = () =>
  table(
    {
      title: 'AWS services',
      description:
        'What each component is made of, the most expensive first; the row All is the total. Obeys Hub and Component.',
    },
    `
SELECT coalesce(service, 'All') AS "Service", sum(amount_usd) AS "Cost",
       sum(amount_usd) / nullif(sum(sum(amount_usd)) OVER () / 2, 0) AS "Share",
       component AS "Component", coalesce(hub, 'All') AS "Hub"
FROM reporting.daily_service_costs
WHERE ${PICKED}
GROUP BY GROUPING SETS ((service, component, hub), ())
HAVING count(*) > 0
ORDER BY grouping(service) DESC, "Cost" DESC, service, component, hub`,
    {
      Service: { width: 420 },
      Cost: AMOUNT,
      Share: PART,
      Component: { width: 160 },
      Hub: { link: usersOfHub('cloud') },
    },
  ).height(12);

/** A column each for the components that every deployment has; the sum of all others. */
const COMPONENTS = ['compute', 'home storage', 'core', 'networking', 'object storage', 'backup'] as const;

/** With one hub there is nothing to compare: By component shows it. */
export const hubs = () =>
  table(
    {
      title: 'Each hub',
      description:
        'What each hub costs by its tag, and of which components; the row All is the total. Empty when one hub is picked: By component shows it. Obeys Hub and Component.',
      empty:
        'One hub alone: By component shows it. Or no day of this range is stored yet, or nothing matches Hub and Component',
    },
    `
SELECT coalesce(hub, 'All') AS "Hub", sum(amount_usd) AS "Cost",
       sum(amount_usd) / nullif(sum(sum(amount_usd)) OVER () / 2, 0) AS "Share",
       ${COMPONENTS.map((name) => `sum(amount_usd) FILTER (WHERE component = '${name}') AS "${name}"`).join(',\n       ')},
       sum(amount_usd) FILTER (WHERE component NOT IN (${COMPONENTS.map((name) => `'${name}'`).join(', ')})) AS "all other"
FROM (
  SELECT hub, component, amount_usd, min(hub) OVER () <> max(hub) OVER () AS several
  FROM reporting.daily_component_costs
  WHERE ${PICKED}
) AS costs
WHERE several
GROUP BY GROUPING SETS ((hub), ())
HAVING count(*) > 0
ORDER BY grouping(hub) DESC, "Cost" DESC, hub`,
    {
      Hub: { link: usersOfHub('cloud') },
      Cost: AMOUNT,
      Share: PART,
      ...Object.fromEntries([...COMPONENTS, 'all other'].map((name) => [name, { ...AMOUNT, width: 120 }])),
    },
  ).height(9);

export const account = () =>
  figures(
    {
      title: 'The account and the cluster, of the range',
      description:
        'What the AWS account cost, the part that is attributable to the cluster by its tags, and the rest, which belongs to no cluster or to another one. Of the whole cluster, whatever Hub and Component say.',
    },
    `
SELECT account_usd AS "Account",
       attributable_usd AS "Attributable to the cluster",
       account_usd - attributable_usd AS "Not attributable"
FROM (
  SELECT sum(amount_usd) FILTER (WHERE name = 'account') AS account_usd,
         sum(amount_usd) FILTER (WHERE name = 'attributable') AS attributable_usd
  FROM reporting.daily_total_costs
  WHERE ${IN_CLUSTER} AND $__timeFilter(day)
) AS totals`,
    { Account: 'usd', 'Attributable to the cluster': 'usd', 'Not attributable': 'usd' },
  ).span(16);

export const days = () =>
  figures(
    {
      title: 'Days',
      description:
        'How many days of the range are stored, and how many of those AWS still calls estimated: their cost may change, usually within days, at the latest weeks after the end of the month.',
    },
    `
SELECT nullif(count(*), 0) AS "Days stored",
       CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE estimated) END AS "Still estimated"
FROM reporting.daily_total_costs
WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND name = 'account'`,
    { 'Days stored': 'count', 'Still estimated': 'count' },
  ).span(8);
