import { pageOfUser } from '../links.js';
import { AMOUNT, SHORT, table } from '../panels.js';
import { IN_CLUSTER, picked } from '../sql.js';
import { LAST_DAY } from '../step.js';

export const budgets = () =>
  table(
    {
      title: 'Budgets',
      description:
        'Budgets whose period the end of the range is in: what is spent up to the newest settled day, what is expected at the end of the period, and the day on which the amount is spent. Obeys Hub.',
      empty: 'No budget in BUDGETS_FILE of the sync has a period at the end of the range, or none matches Hub',
    },
    `
SELECT name AS "Budget",
       CASE kind WHEN 'cluster' THEN 'cluster' ELSE kind || ' ' || coalesce(username, usergroup, hub) END AS "Of",
       to_char(period_to, 'YYYY-MM-DD') AS "Until", amount_usd AS "Amount", spent_usd AS "Spent", left_usd AS "Left",
       used_ratio AS "Used", forecast_usd AS "Forecast",
       CASE WHEN forecast_high_usd IS NOT NULL
         THEN round(forecast_low_usd) || ' to ' || round(forecast_high_usd) END AS "4 of 5 between",
       to_char(run_out_on, 'YYYY-MM-DD') AS "Runs out",
       coalesce(reason, forecast_reason) AS "Not known"
FROM reporting.budgets
WHERE ${IN_CLUSTER} AND ${LAST_DAY} BETWEEN period_from AND period_to AND (hub IS NULL OR ${picked('hub')})
ORDER BY used_ratio DESC NULLS LAST, name`,
    {
      Until: SHORT,
      Amount: AMOUNT,
      Spent: AMOUNT,
      Left: AMOUNT,
      Used: { unit: 'percentunit', decimals: 0, width: 80 },
      Forecast: AMOUNT,
      '4 of 5 between': { width: 140 },
      'Runs out': SHORT,
      'Not known': { wrap: true },
    },
  ).height(8);

export const forecasts = () =>
  table(
    {
      title: 'Forecast of the month',
      description:
        'What the month that the range ends in is expected to cost, by the level and the weekdays of the last weeks, and between which amounts it ends in four of five cases. Only the current month is kept. Obeys Hub and Component.',
      empty:
        'The range does not end in the current month, there is no forecast of it yet, or nothing matches Hub and Component',
    },
    `
SELECT CASE kind WHEN 'cluster' THEN 'all' ELSE kind || ' ' || name END AS "Of", spent_usd AS "Month so far",
       forecast_usd AS "Forecast", low_usd AS "From", high_usd AS "To", reason AS "Not known"
FROM reporting.forecasts
WHERE ${IN_CLUSTER} AND month = date_trunc('month', ${LAST_DAY}::timestamp)::date AND (kind IN ('cluster', 'group') OR (kind = 'hub' AND ${picked('hub', 'name')})
  OR (kind = 'component' AND ${picked('component', 'name')}))
ORDER BY array_position('{cluster,hub,component,group}'::text[], kind), forecast_usd DESC NULLS LAST, name`,
    { 'Month so far': AMOUNT, Forecast: AMOUNT, From: AMOUNT, To: AMOUNT, 'Not known': { wrap: true } },
  )
    .span(12)
    .height(9);

export const anomalies = () =>
  table(
    {
      title: 'Unusual days',
      description:
        'Days of the range that cost far more than the same weekday usually does, by component of a hub and by user. Obeys Hub.',
      empty: 'No unusual day in the range, or none matches Hub',
    },
    `
SELECT to_char(day, 'YYYY-MM-DD') AS "Day", hub AS "Hub", component AS "Component", username AS "User",
       amount_usd AS "Cost", usual_usd AS "Usually", difference_usd AS "Change"
FROM reporting.anomalies
WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND ${picked('hub')}
ORDER BY day DESC, difference_usd DESC`,
    { Day: SHORT, User: { link: pageOfUser('cloud') }, Cost: AMOUNT, Usually: AMOUNT, Change: AMOUNT },
  )
    .span(12)
    .height(9);
