import {
  costValues,
  digitsOf,
  PERIOD,
  START,
  type CostForm,
  type NameFilters,
  type Scope,
  type Statement,
} from './statement.js';

/**
 * Account and attributable total of each day: rows {date, cost, name}; USD as text with 2 decimals, or all. With a step:
 * rows of its periods, with {start, end}. To whoever may see some hubs only, the attributable total is that of these hubs,
 * and the account's is not theirs to see. With filters it is that of the hubs and components asked for, on days when they
 * cost something; the account's total has no hub.
 */
export function totalCosts(scope: Scope, filter: NameFilters, form: CostForm): Statement {
  const isPart = scope.hubs !== undefined || filter.hub !== undefined || filter.component !== undefined;
  return {
    cluster: scope.cluster,
    text: `
      SELECT start AS date, round(sum(amount_usd), $6::integer)::text AS cost, name ${form.step ? PERIOD : ''}
      FROM (${isPart ? PART : WHOLE}) costs
      GROUP BY start, name
      ORDER BY start, name COLLATE "C"`,
    values: costValues(scope, digitsOf(form, 2), filter.hub, filter.component),
  };
}

const WHOLE = `
  SELECT ${START} AS start, name, amount_usd
  FROM reporting.daily_total_costs
  WHERE cluster = $1 AND day >= $2::date AND day < $3::date
    AND $4::text[] IS NULL AND $7::text[] IS NULL AND $8::text[] IS NULL`;

const PART = `
  SELECT ${START} AS start, 'attributable' AS name, coalesce(own.amount_usd, 0) AS amount_usd
  FROM (
    SELECT day FROM reporting.daily_total_costs
    WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND name = 'attributable'
  ) total
  LEFT JOIN (
    SELECT day, amount_usd FROM reporting.daily_service_costs
    WHERE cluster = $1 AND day >= $2::date AND day < $3::date
      AND ($4::text[] IS NULL OR hub = ANY ($4))
      AND ($7::text[] IS NULL OR hub = ANY ($7))
      AND ($8::text[] IS NULL OR component = ANY ($8))
  ) own USING (day)
  WHERE own.amount_usd IS NOT NULL OR ($7 IS NULL AND $8 IS NULL)`;
