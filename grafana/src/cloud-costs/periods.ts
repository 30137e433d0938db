import { IN_CLUSTER, picked } from '../sql.js';
import { LAST_DAY } from '../step.js';

/**
 * The days that the first screen compares, up to the end of the range: they end with the last complete day. The same days
 * as on the web page.
 */
export const PERIODS = `
WITH complete AS (
  SELECT max(day) AS last
  FROM reporting.daily_total_costs
  WHERE ${IN_CLUSTER} AND name = 'attributable' AND day BETWEEN ${LAST_DAY} - 31 AND ${LAST_DAY} AND NOT is_running
), periods AS (
  SELECT last, date_trunc('month', last::timestamp)::date AS month,
         (date_trunc('month', last::timestamp) - interval '1 month')::date AS month_before,
         (last - interval '1 month')::date AS same_day_before,
         extract(day FROM date_trunc('month', last::timestamp) + interval '1 month' - interval '1 day')::integer AS days_of_month
  FROM complete
)`;

/** Costs of the periods, of the hubs and components that are picked. */
export const COSTS_OF_PERIODS = `
  SELECT costs.day, costs.hub, costs.component, costs.amount_usd, periods.*
  FROM reporting.daily_component_costs AS costs, periods
  WHERE ${IN_CLUSTER} AND costs.day BETWEEN (SELECT least(month_before, last - 13) FROM periods) AND (SELECT last FROM periods)
    AND ${picked('hub')} AND ${picked('component')}`;

/** Conditions on a day beside its periods. */
export const THIS_MONTH = 'day >= month';
export const SAME_DAYS_BEFORE = 'day BETWEEN month_before AND same_day_before';
export const LAST_WEEK = 'day > last - 7';
export const WEEK_BEFORE = 'day BETWEEN last - 13 AND last - 7';

/** Condition: every day of both weeks, or of both months so far, is complete. Else one would be less by what is not known. */
export const WEEKS_STORED = areStored('day BETWEEN last - 13 AND last', '14');
export const MONTHS_STORED = areStored(
  `(day BETWEEN month AND last OR ${SAME_DAYS_BEFORE})`,
  '(last - month + 1) + (same_day_before - month_before + 1)',
);

function areStored(days: string, length: string): string {
  return `(SELECT ${length} = (
    SELECT count(*) FROM reporting.daily_total_costs WHERE ${IN_CLUSTER} AND name = 'attributable' AND NOT is_running AND ${days}
  ) FROM periods)`;
}
