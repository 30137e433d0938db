import { scopedValues, type Scope, type Statement } from './statement.js';

/** The hubs that have costs in the range: rows {name}, by name. */
export function hubNames(scope: Scope): Statement {
  return {
    cluster: scope.cluster,
    text: `
      SELECT DISTINCT hub COLLATE "C" AS name
      FROM reporting.daily_hub_costs
      WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND ($4::text[] IS NULL OR hub = ANY ($4))
      ORDER BY name`,
    values: scopedValues(scope),
  };
}
