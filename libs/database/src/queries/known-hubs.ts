import type { Statement } from './statement.js';

/** Every hub that a cost or a user of the cluster was ever of: rows {name}, by name. */
export function knownHubs(cluster: string): Statement {
  return {
    cluster,
    text: `SELECT DISTINCT hub COLLATE "C" AS name FROM reporting.daily_allocated_costs WHERE cluster = $1 ORDER BY name`,
    values: [cluster],
  };
}
