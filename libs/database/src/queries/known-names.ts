import { IN_SCOPE, scopedValues, type NameKind, type Scope, type Statement } from './statement.js';

/** The names among those given that costs or memberships of the scope hold: rows {name}. Reads the days of the scope. */
export function knownNames(scope: Scope, kind: NameKind, names: readonly string[]): Statement {
  return { cluster: scope.cluster, text: TEXTS[kind], values: scopedValues(scope, names) };
}

const TEXTS: Readonly<Record<NameKind, string>> = {
  hub: `
    SELECT hub AS name FROM reporting.daily_service_costs WHERE ${IN_SCOPE} AND hub = ANY ($5::text[])
    UNION SELECT hub FROM reporting.daily_allocated_costs WHERE ${IN_SCOPE} AND hub = ANY ($5)
    UNION SELECT hub FROM reporting.user_groups WHERE ${IN_SCOPE} AND hub = ANY ($5)`,
  component: `
    SELECT component AS name FROM reporting.daily_service_costs WHERE ${IN_SCOPE} AND component = ANY ($5::text[])
    UNION SELECT component FROM reporting.daily_allocated_costs WHERE ${IN_SCOPE} AND component = ANY ($5)`,
  user: `
    SELECT username AS name FROM reporting.daily_user_costs WHERE ${IN_SCOPE} AND username = ANY ($5::text[])
    UNION SELECT username FROM reporting.user_groups WHERE ${IN_SCOPE} AND username = ANY ($5)`,
  usergroup: `
    SELECT usergroup AS name FROM reporting.daily_allocated_costs CROSS JOIN unnest(usergroups) AS one (usergroup)
    WHERE ${IN_SCOPE} AND usergroups && $5::text[] AND usergroup = ANY ($5)
    UNION SELECT usergroup FROM reporting.user_groups WHERE ${IN_SCOPE} AND usergroup = ANY ($5)`,
  service: `
    SELECT DISTINCT service AS name FROM reporting.daily_service_costs
    WHERE ${IN_SCOPE} AND service = ANY ($5::text[])`,
  instance_type: `
    SELECT DISTINCT instance_type AS name FROM reporting.daily_service_costs
    WHERE ${IN_SCOPE} AND instance_type = ANY ($5::text[])`,
};
