import { GraphDrawStyle, StackingMode } from '@grafana/grafana-foundation-sdk/common';
import { colour, dailyBars, dailyLines, GAP_BETWEEN_DAYS_MS, SHARE, table, USD } from '../panels.js';
import { IN_CLUSTER, picked } from '../sql.js';

export const accountByDay = () =>
  dailyBars(
    {
      title: 'Account and attributable, by day',
      description:
        'Bars: the part of the account that is attributable to the cluster, pale where AWS still calls the day estimated, and the part that is not attributable. Line: the account. A day without a bar was not read.',
    },
    `
SELECT day AS "time",
       account_usd AS "account",
       CASE WHEN NOT estimated THEN attributable_usd END AS "attributable",
       CASE WHEN estimated THEN attributable_usd END AS "attributable, estimated",
       account_usd - attributable_usd AS "not attributable"
FROM (
  SELECT day, estimated,
         sum(amount_usd) FILTER (WHERE name = 'account') AS account_usd,
         sum(amount_usd) FILTER (WHERE name = 'attributable') AS attributable_usd
  FROM reporting.daily_total_costs
  WHERE ${IN_CLUSTER} AND $__timeFilter(day)
  GROUP BY day, estimated
) AS days
ORDER BY day`,
  )
    .overrideByName('account', [
      colour('text'),
      { id: 'custom.drawStyle', value: GraphDrawStyle.Line },
      { id: 'custom.lineWidth', value: 1 },
      { id: 'custom.fillOpacity', value: 0 },
      { id: 'custom.lineInterpolation', value: 'stepAfter' },
      { id: 'custom.insertNulls', value: GAP_BETWEEN_DAYS_MS },
      { id: 'custom.stacking', value: { mode: StackingMode.None, group: 'B' } },
    ])
    .overrideByName('attributable', [colour('blue')])
    .overrideByName('attributable, estimated', [colour('super-light-blue')])
    .overrideByName('not attributable', [colour('#8e8e8e')])
    .span(24);

export const nobodyByDay = () =>
  dailyLines(
    {
      title: 'Attributed to nobody, by day',
      description:
        'Share of the account that is not attributable to the cluster, and share of the attributable cost that no user bears. A sudden rise means that tags got lost or that nobody used what was running.',
    },
    `
SELECT costs.day AS "time",
       1 - costs.attributable_usd / nullif(costs.account_usd, 0) AS "not attributable, of the account",
       coalesce(nobody.amount_usd, 0) / nullif(costs.attributable_usd, 0) AS "borne by no user, of the attributable"
FROM (
  SELECT day,
         sum(amount_usd) FILTER (WHERE name = 'account') AS account_usd,
         sum(amount_usd) FILTER (WHERE name = 'attributable') AS attributable_usd
  FROM reporting.daily_total_costs
  WHERE ${IN_CLUSTER} AND $__timeFilter(day)
  GROUP BY day
) AS costs LEFT JOIN (
  SELECT day, sum(amount_usd) AS amount_usd
  FROM reporting.daily_allocated_costs
  WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND reason IS NOT NULL
  GROUP BY day
) AS nobody ON nobody.day = costs.day
ORDER BY costs.day`,
    ['mean', 'max', 'lastNotNull'],
  )
    .unit(SHARE)
    .decimals(1);

export const hubsByDay = () =>
  dailyBars(
    {
      title: 'By hub',
      description:
        "Attributable cost by the hub that it is tagged with. 'support' bears what carries no hub tag: it serves all hubs. Obeys the pickers Hub and Component.",
    },
    `
SELECT day AS "time", hub AS metric, sum(amount_usd) AS value
FROM reporting.daily_component_costs
WHERE ${IN_CLUSTER} AND $__timeFilter(day)
  AND ${picked('hub')}
  AND ${picked('component')}
GROUP BY day, hub
ORDER BY day, hub`,
  );

export const componentsByDay = () =>
  dailyBars(
    {
      title: 'By component',
      description:
        'Attributable cost by component, a group of AWS services: compute is the nodes that users run on, core is what runs without any user. Obeys the pickers Hub and Component.',
    },
    `
SELECT day AS "time", component AS metric, sum(amount_usd) AS value
FROM reporting.daily_component_costs
WHERE ${IN_CLUSTER} AND $__timeFilter(day)
  AND ${picked('hub')}
  AND ${picked('component')}
GROUP BY day, component
ORDER BY day, component`,
  );

/** Repeated for every hub that is picked. */
export const componentsOfHub = () =>
  dailyBars(
    { title: 'Components of $hub', description: 'Attributable cost of this hub by component.' },
    `
SELECT day AS "time", component AS metric, sum(amount_usd) AS value
FROM reporting.daily_component_costs
WHERE ${IN_CLUSTER} AND $__timeFilter(day)
  AND ${picked('hub')}
  AND ${picked('component')}
GROUP BY day, component
ORDER BY day, component`,
  )
    .repeat('hub')
    .repeatDirection('h')
    .maxPerRow(3)
    .span(8);

export const services = () =>
  table(
    {
      title: 'AWS services',
      description: 'What each component is made of, the most expensive first. Obeys the pickers Hub and Component.',
    },
    `
SELECT service AS "Service", component AS "Component", hub AS "Hub",
       sum(amount_usd) AS "Cost",
       sum(amount_usd) / nullif(sum(sum(amount_usd)) OVER (), 0) AS "Share"
FROM reporting.daily_service_costs
WHERE ${IN_CLUSTER} AND $__timeFilter(day)
  AND ${picked('hub')}
  AND ${picked('component')}
GROUP BY service, component, hub
ORDER BY "Cost" DESC, service, component, hub`,
    { Cost: USD, Share: SHARE },
  );
