import { borneCosts } from './borne-costs.js';
import { digitsOf, PERIOD, type CostForm, type NameFilters, type Scope, type Statement } from './statement.js';
import { taggedCosts } from './tagged-costs.js';

/**
 * Hub cost, by tag, untagged as `support`: rows {date, cost, name}; USD as text with 2 decimals, or all. With a step: rows
 * of its periods, with {start, end}.
 */
export function totalCostsPerHub(scope: Scope, filter: NameFilters, form: CostForm): Statement {
  return perHub(taggedCosts(scope, filter, digitsOf(form, 2)), form);
}

/**
 * The same rows, of what the users of each hub bear, with unallocated cost; `support` keeps what is untagged and
 * unallocated. A day adds up to the same sum as by tag: its allocated costs, unallocated ones included, are a partition of
 * its attributed costs.
 */
export function totalCostsPerHubSharedByUsage(scope: Scope, filter: NameFilters, form: CostForm): Statement {
  return perHub(borneCosts(scope, digitsOf(form, 2), { filter, unallocated: true }), form);
}

function perHub(costs: Statement, { step }: CostForm): Statement {
  return {
    ...costs,
    text: `
      SELECT start AS date, round(sum(amount_usd), $6::integer)::text AS cost, hub AS name ${step ? PERIOD : ''}
      FROM (${costs.text}) costs
      GROUP BY start, hub
      ORDER BY start, hub COLLATE "C"`,
  };
}
