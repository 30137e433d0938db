import { digitsOf, PERIOD, type CostForm, type NameFilters, type Scope, type Statement } from './statement.js';
import { taggedCosts } from './tagged-costs.js';

/**
 * What each component cost over the hubs asked for, by tag: rows {date, cost, component}; USD as text with 2 decimals, or
 * all. With a step: rows of its periods, with {start, end}.
 */
export function totalCostsPerComponent(scope: Scope, filter: NameFilters, form: CostForm): Statement {
  const costs = taggedCosts(scope, filter, digitsOf(form, 2));
  return {
    ...costs,
    text: `
      SELECT start AS date, round(sum(amount_usd), $6::integer)::text AS cost, component ${form.step ? PERIOD : ''}
      FROM (${costs.text}) costs
      GROUP BY start, component
      ORDER BY start, component COLLATE "C"`,
  };
}
