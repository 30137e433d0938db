import {
  costValues,
  daysApart,
  HUBS_IN_SCOPE,
  IN_SCOPE,
  mayBeMonths,
  START,
  WHOLE_MONTHS,
  type CostDigits,
  type GroupAmounts,
  type NameFilters,
  type Scope,
  type Statement,
} from './statement.js';

/** Where idle capacity stands: as the deployment shows it, with the users, beside them as unallocated, or nowhere. */
export type IdleForm = 'default' | 'shared' | 'separate' | 'left out';

export interface BorneCostsOptions {
  readonly filter: NameFilters;
  /**
   * Whether rows are of users; otherwise of sets of users in the same groups, which are fewer. The parts of a group differ in
   * the tenth decimal.
   */
  readonly byUser?: boolean;
  /** Whether rows are of groups, and what a person in several of them bears in each. */
  readonly groups?: GroupAmounts | undefined;
  /** Whether cost that nobody bears is there too; where users or groups are filtered it is not. */
  readonly unallocated: boolean;
  readonly idle?: IdleForm;
  /** $11, for the statement around this one. */
  readonly around?: readonly (string | number | undefined)[];
}

/**
 * The cost that users bear, and unallocated cost, to be added up: rows {start, hub, component, instance_type, username,
 * usergroup, reason, direct_usd, amount_usd}. `hub` is where the users were active; of unallocated cost, the hub of its tag.
 * A split among groups is made by rounding running parts, so that the parts are the amount to the last digit.
 *
 * Values: those of a cost statement, $7 to $9 filters, $10 idle, $11 texts for the statement around it, $12 and $13 filters, $14 unallocated,
 * $15 split.
 */
export function borneCosts(scope: Scope, digits: CostDigits, options: BorneCostsOptions): Statement {
  const { filter, byUser, groups, unallocated, idle, around } = options;
  const isByUser = byUser || filter.user !== undefined;
  // The parts of a group that is asked for are those of its members' days, whatever the step.
  const isByMonth = isByUser && mayBeMonths(digits.step) && filter.usergroup === undefined;
  const costs = isByUser ? (isByMonth ? USERS_BY_MONTH : USERS) : SETS;
  const text = groups ? byGroup(costs) : costs;
  return {
    cluster: scope.cluster,
    text: scope.withoutShared
      ? `${groups ? DIRECT_BY_GROUP : DIRECT} FROM (${text}) whole WHERE direct_usd <> 0`
      : text,
    values: costValues(
      scope,
      digits,
      filter.hub,
      filter.component,
      filter.instance_type,
      idle ?? 'default',
      around,
      filter.user,
      filter.usergroup,
      unallocated && !filter.user && !filter.usergroup,
      groups === 'split',
    ),
  };
}

/** For callers who do not see shared cost. */
const DIRECT = 'SELECT start, hub, component, instance_type, username, reason, direct_usd, direct_usd AS amount_usd';
const DIRECT_BY_GROUP = `${DIRECT}, usergroup`;

/** The amounts of a row of reporting.daily_user_costs or daily_allocated_costs, idle capacity where $10 says. */
export const IDLE_ADJUSTED = `
    CASE WHEN $10::text = 'shared' AND NOT shares_idle THEN direct_usd + direct_idle_usd
      WHEN $10 IN ('separate', 'left out') AND shares_idle THEN direct_usd - direct_idle_usd
      ELSE direct_usd END AS direct_usd,
    CASE WHEN $10 = 'shared' AND NOT shares_idle THEN amount_usd + idle_usd
      WHEN $10 IN ('separate', 'left out') AND shares_idle THEN amount_usd - idle_usd
      ELSE amount_usd END AS amount_usd`;

const OF_NAMES = `
    AND ($7::text[] IS NULL OR hub = ANY ($7))
    AND ($8::text[] IS NULL OR component = ANY ($8))
    AND ($9::text[] IS NULL OR instance_type = ANY ($9))
    AND ($10 <> 'left out' OR reason IS DISTINCT FROM 'idle')
    AND ($11::text[] IS NULL OR true)
    AND ($12::text[] IS NULL OR username = ANY ($12))
    AND ($13::text[] IS NULL OR usergroups && $13)
    AND ($14::boolean OR reason IS NULL)
    AND $15::boolean IS NOT NULL`;

const USERS = `
  SELECT ${START} AS start, hub, component, instance_type, username, usergroups, reason, ${IDLE_ADJUSTED}
  FROM reporting.daily_user_costs
  WHERE ${IN_SCOPE} ${OF_NAMES}`;

const AMOUNTS = 'direct_usd, amount_usd, direct_idle_usd, idle_usd, shares_idle';

const USERS_BY_MONTH = `
  SELECT ${START} AS start, hub, component, instance_type, username, usergroups, reason, ${IDLE_ADJUSTED}
  FROM (
    SELECT day, hub, component, instance_type, username, usergroups, reason, ${AMOUNTS}
    FROM reporting.daily_user_costs WHERE ${daysApart('reporting.daily_total_costs')}
    UNION ALL
    SELECT month, hub, component, instance_type, username, usergroups, reason, ${AMOUNTS}
    FROM reporting.monthly_user_costs WHERE ${WHOLE_MONTHS}
  ) users
  WHERE ${HUBS_IN_SCOPE} ${OF_NAMES}`;

const SETS = `
  SELECT ${START} AS start, hub, component, instance_type, username, usergroups, reason, ${IDLE_ADJUSTED}
  FROM (
    SELECT cluster, day, hub, component, instance_type, NULL AS username, usergroups, reason, ${AMOUNTS}
    FROM reporting.daily_allocated_costs
  ) sets
  WHERE ${IN_SCOPE} ${OF_NAMES}`;

const EACH_GROUP = `
  SELECT start, hub, component, instance_type, username, usergroup, reason,
    CASE WHEN $15 AND cardinality(usergroups) > 1
      THEN round(direct_usd * position / cardinality(usergroups), 10)
        - round(direct_usd * (position - 1) / cardinality(usergroups), 10)
      ELSE direct_usd END AS direct_usd,
    CASE WHEN $15 AND cardinality(usergroups) > 1
      THEN round(amount_usd * position / cardinality(usergroups), 10)
        - round(amount_usd * (position - 1) / cardinality(usergroups), 10)
      ELSE amount_usd END AS amount_usd
  FROM`;

const OF_GROUPS = `
  LEFT JOIN LATERAL unnest(usergroups) WITH ORDINALITY AS one (usergroup, position) ON true
  WHERE $13 IS NULL OR usergroup = ANY ($13)`;

function byGroup(costs: string): string {
  return `${EACH_GROUP} (${costs}) whole ${OF_GROUPS}`;
}
