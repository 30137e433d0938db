import { scopedValues, type Scope, type Statement } from './statement.js';

/** Account and attributable total of each day: rows {date, cost, name}; USD as text with 2 decimals. */
export function totalCosts(scope: Scope): Statement {
  return {
    text: `
      SELECT day AS date, round(amount_usd, 2)::text AS cost, name
      FROM reporting.daily_total_costs
      WHERE cluster = $1 AND day >= $2::date AND day < $3::date
      ORDER BY day, name COLLATE "C"`,
    values: scopedValues(scope),
  };
}
