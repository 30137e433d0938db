import type { DayWindow } from '#libs/domain';
import { borneCosts, type IdleForm } from './borne-costs.js';
import { serviceCosts } from './service-costs.js';
import {
  daysApart,
  digitsOf,
  END,
  HUBS_IN_SCOPE,
  IN_SCOPE,
  mayBeMonths,
  START,
  WHOLE_MONTHS,
  type NameFilters,
  type Precision,
  type Scope,
  type Statement,
  type Step,
} from './statement.js';

/** What costs can be added up by, in the order of a row's columns. */
export const DIMENSIONS = ['cluster', 'hub', 'component', 'service', 'instance_type', 'user', 'usergroup'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface AllocationForm {
  /** At least one. `service` goes with neither `user` nor `usergroup`, in filters neither. */
  readonly dimensions: readonly Dimension[];
  readonly idle: IdleForm;
  /** Only so many with the highest total, unallocated rows aside; undefined: all. */
  readonly limit: number | undefined;
  readonly precision: Precision;
}

/** Unless exact amounts are asked for. */
const DECIMALS = 4;

/**
 * Cost by any dimensions: rows {start, end, …dimensions, reason, cost, direct, shared, usage, memory_efficiency,
 * cpu_efficiency}, USD as numbers rounded to 4 decimals, or not. `reason` is there where rows are of users or groups, the
 * last three where hasUsage says so. For equal scope, filters and idle capacity (in the cost or left out), every choice of
 * dimensions has the same total, to the last digit.
 */
export function allocation(scope: Scope, filter: NameFilters, step: Step, form: AllocationForm): Statement {
  const costs = costsOf(scope, filter, step, form, [form.limit]);
  const { columns, dimensions, keys, isUnallocated } = textsOf(form);
  const isUsed = hasUsage(form, filter);
  return {
    ...costs,
    text: `
      WITH costs AS MATERIALIZED (
        SELECT start, ${columns}, sum(amount_usd) AS amount_usd, sum(direct_usd) AS direct_usd
        FROM (${costs.text}) cost
        GROUP BY start, ${keys}
      ),
      highest AS (
        SELECT ${dimensions} FROM costs WHERE NOT ${isUnallocated}
        GROUP BY ${dimensions} ORDER BY sum(amount_usd) DESC, ${dimensions} LIMIT ($11)[1]::bigint
      )
      SELECT start, ${END} AS "end", ${keys}, trim_scale(round(amount_usd, $6::integer)) AS cost,
        trim_scale(round(direct_usd, $6)) AS direct, trim_scale(round(amount_usd - direct_usd, $6)) AS shared
        ${isUsed ? USAGE_COLUMNS : ''}
      FROM costs ${isUsed ? withUsage(form, step) : ''}
      WHERE ($11)[1] IS NULL OR ${isUnallocated} OR (${dimensions}) IN (SELECT ${dimensions} FROM highest)
      ORDER BY start, costs.amount_usd DESC, ${keys}`,
  };
}

/**
 * The same cost now and before: rows {start, end, before_start, before_end,
 * …dimensions, reason, before, now, difference, ratio}, what rose most first. `ratio`
 * is now ÷ before, null where there was nothing before. `limit` counts by the difference.
 * Where not all days are stored and complete, the amount is not known: null, and the difference too.
 *
 * @param before ends where `now` starts, or earlier.
 */
export function allocationTrends(
  scope: Omit<Scope, 'window'>,
  { before, now }: { readonly before: DayWindow; readonly now: DayWindow },
  filter: NameFilters,
  form: AllocationForm,
): Statement {
  const window = { from: before.from, until: now.until };
  const costs = costsOf({ ...scope, window }, filter, 'day', form, [form.limit, before.until, now.from]);
  const { columns, keys, isUnallocated } = textsOf(form);
  return {
    ...costs,
    text: `
      WITH costs AS MATERIALIZED (
        SELECT ${columns},
          coalesce(sum(amount_usd) FILTER (WHERE start < ($11)[2]::date), 0) AS before_usd,
          coalesce(sum(amount_usd) FILTER (WHERE start >= ($11)[3]::date), 0) AS now_usd
        FROM (${costs.text}) cost
        GROUP BY ${keys}
      ),
      stored AS (
        SELECT count(*) FILTER (WHERE day < ($11)[2]::date) = ($11)[2]::date - $2::date AS has_before,
          count(*) FILTER (WHERE day >= ($11)[3]::date) = $3::date - ($11)[3]::date AS has_now
        FROM reporting.daily_total_costs
        WHERE cluster = $1 AND name = 'account' AND NOT is_running AND day >= $2::date AND day < $3::date
      ),
      ranked AS (
        SELECT *, row_number() OVER (PARTITION BY ${isUnallocated} ORDER BY rise_usd DESC, ${keys}) AS place
        FROM (
          SELECT *, CASE WHEN has_before AND has_now THEN now_usd - before_usd ELSE now_usd END AS rise_usd
          FROM costs CROSS JOIN stored
          WHERE before_usd <> 0 OR now_usd <> 0
        ) compared
      )
      SELECT ($11)[3]::date AS start, $3::date - 1 AS "end", $2::date AS before_start, ($11)[2]::date - 1 AS before_end,
        ${keys}, CASE WHEN has_before THEN trim_scale(round(before_usd, $6::integer)) END AS before,
        CASE WHEN has_now THEN trim_scale(round(now_usd, $6)) END AS now,
        CASE WHEN has_before AND has_now THEN trim_scale(round(now_usd - before_usd, $6)) END AS difference,
        CASE WHEN has_before AND has_now THEN trim_scale(round(now_usd / nullif(before_usd, 0), 4)) END AS ratio
      FROM ranked
      WHERE ($11)[1] IS NULL OR ${isUnallocated} OR place <= ($11)[1]::bigint
      ORDER BY rise_usd DESC, ${keys}`,
  };
}

function costsOf(
  scope: Scope,
  filter: NameFilters,
  step: Step,
  { dimensions, idle, precision }: AllocationForm,
  around: readonly (string | number | undefined)[],
): Statement {
  const digits = digitsOf({ step, precision }, DECIMALS);
  const isBy = (dimension: Dimension) => dimensions.includes(dimension);
  if (isBy('service') || filter.service) return serviceCosts(scope, digits, { filter, idle, around });
  return borneCosts(scope, digits, {
    filter,
    idle,
    around,
    // Parts of a group are those of its members, whatever else rows are of: sums over them are equal to the last digit.
    byUser: isBy('user') || filter.usergroup !== undefined,
    groups: isBy('usergroup') || filter.usergroup ? 'split' : undefined,
    unallocated: true,
  });
}

/** Whether rows are of users and of nothing that has no usage of its own: then they have `usage` and efficiency. */
export function hasUsage({ dimensions }: Pick<AllocationForm, 'dimensions'>, filter: NameFilters): boolean {
  const { component, instance_type, usergroup, service } = filter;
  const isFiltered = [component, instance_type, usergroup, service].some((names) => names !== undefined);
  const others = dimensions.filter((dimension) => !['cluster', 'hub', 'user'].includes(dimension));
  return dimensions.includes('user') && others.length === 0 && !isFiltered;
}

const USAGE_COLUMNS = `, usage, trim_scale(round(memory_efficiency, 4)) AS memory_efficiency,
  trim_scale(round(cpu_efficiency, 4)) AS cpu_efficiency`;

/** Efficiency is known where use is, on each day of which the request is. */
const USAGE = `
  json_agg(json_build_object('measure', measure, 'unit', unit, 'quantity', trim_scale(quantity)) ORDER BY measure) AS usage,
  CASE WHEN sum(days) FILTER (WHERE measure = 'memory_used') = sum(days) FILTER (WHERE measure = 'memory_requested')
    THEN sum(quantity) FILTER (WHERE measure = 'memory_used') / sum(quantity) FILTER (WHERE measure = 'memory_requested')
    END AS memory_efficiency,
  CASE WHEN sum(days) FILTER (WHERE measure = 'cpu_used') = sum(days) FILTER (WHERE measure = 'cpu_requested')
    THEN sum(quantity) FILTER (WHERE measure = 'cpu_used') / sum(quantity) FILTER (WHERE measure = 'cpu_requested')
    END AS cpu_efficiency`;

const USED_COLUMNS = 'hub, username, measure, unit, quantity';
const USED_NAMES = `${HUBS_IN_SCOPE} AND ($7::text[] IS NULL OR hub = ANY ($7)) AND ($12::text[] IS NULL OR username = ANY ($12))`;
const USED_BY_DAY = `SELECT day, ${USED_COLUMNS}, 1 AS days FROM reporting.daily_user_usage WHERE`;
const USED_BY_MONTH = `
  ${USED_BY_DAY} ${daysApart('reporting.usage_days')}
  UNION ALL SELECT month, ${USED_COLUMNS}, days FROM reporting.monthly_user_usage WHERE ${WHOLE_MONTHS}`;

function withUsage({ dimensions, limit }: AllocationForm, step: Step): string {
  const isByHub = dimensions.includes('hub');
  const keys = isByHub ? 'start, hub, "user"' : 'start, "user"';
  // Nobody else's usage is put together.
  const ofHighest = limit === undefined ? '' : 'AND username IN (SELECT "user" FROM highest)';
  return `
  LEFT JOIN (
    SELECT ${keys}, ${USAGE}
    FROM (
      SELECT ${START} AS start, ${isByHub ? 'hub, ' : ''}username AS "user", measure, min(unit) AS unit,
        sum(quantity) AS quantity, sum(days) AS days
      FROM (${mayBeMonths(step) ? USED_BY_MONTH : `${USED_BY_DAY} ${IN_SCOPE}`}) days_or_months
      WHERE ${USED_NAMES} ${ofHighest}
      GROUP BY 1, ${isByHub ? 'hub, ' : ''}username, measure
    ) used
    GROUP BY ${keys}
  ) of_user USING (${keys})`;
}

const COLUMNS: Readonly<Record<Dimension, string>> = {
  cluster: '$1::text AS cluster',
  hub: 'hub',
  component: 'component',
  service: 'service',
  instance_type: 'instance_type',
  user: 'username AS "user"',
  usergroup: 'usergroup',
};

/** Which columns rows have; texts of this file alone. */
function textsOf({ dimensions }: AllocationForm) {
  const asked = DIMENSIONS.filter((dimension) => dimensions.includes(dimension));
  const hasReason = namesPeople(dimensions);
  const reason = hasReason ? ', reason' : '';
  const names = asked.map((dimension) => `"${dimension}"`).join(', ');
  return {
    columns: asked.map((dimension) => COLUMNS[dimension]).join(', ') + reason,
    dimensions: names,
    keys: names + reason,
    isUnallocated: hasReason ? '(reason IS NOT NULL)' : '(false)',
  };
}

/** Whether rows are of users or groups: then cost that nobody bears has rows of its own, with a reason. */
export function namesPeople(dimensions: readonly Dimension[]): boolean {
  return dimensions.includes('user') || dimensions.includes('usergroup');
}
