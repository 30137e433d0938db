import { borneCosts } from './borne-costs.js';
import {
  digitsOf,
  PERIOD,
  type CostForm,
  type GroupAmounts,
  type NameFilters,
  type Scope,
  type Statement,
} from './statement.js';

export interface GroupCostForm extends CostForm {
  readonly groups: GroupAmounts;
  readonly unallocated: boolean;
}

/**
 * What the members of each group cost, `none` for people in no group: rows {date, usergroup, cost}; USD as a number
 * rounded to 2 decimals, or not. With `full` a person in several groups counts in each, so the groups add up to more than the
 * users cost; with `split` they add up to the same. With `unallocated` also rows without a group, with their {reason}. With
 * a step: rows of its periods, with {start, end}.
 */
export function totalCostsPerGroup(scope: Scope, filter: NameFilters, form: GroupCostForm): Statement {
  const { groups, step, unallocated } = form;
  const costs = borneCosts(scope, digitsOf(form, 2), { filter, groups, unallocated });
  return {
    ...costs,
    text: `
      SELECT start AS date, usergroup, trim_scale(round(sum(amount_usd), $6::integer)) AS cost
        ${unallocated ? ', reason' : ''} ${step ? PERIOD : ''}
      FROM (${costs.text}) costs
      GROUP BY start, usergroup, reason
      ORDER BY start, usergroup COLLATE "C", reason COLLATE "C"`,
  };
}
