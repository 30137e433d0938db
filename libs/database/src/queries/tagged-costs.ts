import {
  costValues,
  IN_SCOPE,
  START,
  type CostDigits,
  type NameFilters,
  type Scope,
  type Statement,
} from './statement.js';

/**
 * Cluster cost by its tags and services, whoever used it: rows {start, hub, component, service, instance_type, amount_usd},
 * to be added up. Values: those of a cost statement, $7 to $10 the filters.
 */
export function taggedCosts(scope: Scope, filter: NameFilters, digits: CostDigits): Statement {
  return {
    cluster: scope.cluster,
    text: TAGGED_COSTS,
    values: costValues(scope, digits, filter.hub, filter.component, filter.service, filter.instance_type),
  };
}

const TAGGED_COSTS = `
  SELECT ${START} AS start, hub, component, service, instance_type, amount_usd
  FROM reporting.daily_service_costs
  WHERE ${IN_SCOPE}
    AND ($7::text[] IS NULL OR hub = ANY ($7))
    AND ($8::text[] IS NULL OR component = ANY ($8))
    AND ($9::text[] IS NULL OR service = ANY ($9))
    AND ($10::text[] IS NULL OR instance_type = ANY ($10))`;
