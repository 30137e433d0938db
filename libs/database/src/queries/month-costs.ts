import type { DayWindow } from '#libs/domain';
import { IN_SCOPE, scopedValues, type NameFilter, type Scope, type Statement } from './statement.js';

/** Whose costs a statement is about, beside the scope. */
export interface MonthFilter {
  readonly hubs: NameFilter;
  readonly user: string | undefined;
  readonly usergroup: string | undefined;
}

/** Which frozen rows: those of a closed month up to a revision, from `first` on; or the differences that a month shows. */
export type FrozenRows =
  { readonly window: DayWindow; readonly first: number; readonly last: number } | { readonly billedMonth: string };

const WANTED = `
  AND ($5::text[] IS NULL OR hub = ANY ($5))
  AND ($6::text IS NULL OR username = $6)
  AND ($7::text IS NULL OR $7 = ANY (usergroups))`;

const valuesOf = (scope: Scope, { hubs, user, usergroup }: MonthFilter) =>
  scopedValues(scope, hubs, scope.user ?? user, usergroup, scope.withoutShared ?? false);

/** Amounts as text: they stay exact. */
const AMOUNTS = `
  direct_usd::text, CASE WHEN $8::boolean THEN 0 ELSE shared_usd END::text AS shared_usd`;

const OUTER = `
  WHERE (direct_usd <> 0 OR (shared_usd <> 0 AND NOT $8))
  ORDER BY hub, component, username, reason, usergroups`;

/** What users bear now, and unallocated cost: rows {hub, component, user, usergroups, reason, direct_usd, shared_usd}. */
export function monthCosts(scope: Scope, filter: MonthFilter): Statement {
  return {
    cluster: scope.cluster,
    text: `
      SELECT hub, component, username AS "user", usergroups, reason, ${AMOUNTS}
      FROM (
        SELECT hub, component, username, usergroups, reason, sum(direct_usd) AS direct_usd,
          sum(amount_usd - direct_usd) AS shared_usd
        FROM reporting.daily_user_costs
        WHERE ${IN_SCOPE} ${WANTED}
        GROUP BY hub, component, username, usergroups, reason
      ) lines ${OUTER}`,
    values: valuesOf(scope, filter),
  };
}

/** The same of frozen rows, each with the first day of its {month}. */
export function frozenCosts(scope: Scope, filter: MonthFilter, rows: FrozenRows): Statement {
  const isOfMonth = 'window' in rows;
  const own = isOfMonth ? [rows.first, rows.last] : [rows.billedMonth];
  return {
    cluster: scope.cluster,
    text: `
      SELECT hub, component, username AS "user", usergroups, reason, month::text, ${AMOUNTS}
      FROM (
        SELECT date_trunc('month', day::timestamp)::date AS month, hub, component, username, usergroups, reason,
          coalesce(sum(amount_usd) FILTER (WHERE NOT is_shared), 0) AS direct_usd,
          coalesce(sum(amount_usd) FILTER (WHERE is_shared), 0) AS shared_usd
        FROM reporting.closed_costs
        WHERE ${isOfMonth ? OF_MONTH : BILLED} ${WANTED}
        GROUP BY 1, hub, component, username, usergroups, reason
      ) lines ${OUTER}`,
    values: [...valuesOf(isOfMonth ? { ...scope, window: rows.window } : scope, filter), ...own],
  };
}

const OF_MONTH = `${IN_SCOPE} AND revision >= $9::integer AND revision <= $10::integer`;

/** Of days before the month, whose window is the scope's. */
const BILLED = `
  cluster = $1 AND day < $2::date AND $3::date IS NOT NULL AND ($4::text[] IS NULL OR hub = ANY ($4))
    AND billed_month = $9::date AND revision > 0`;

/** The versions of a closed month: rows {version, revision, cluster_usd, bases, policies, closed_at}, the first first. */
export function closedVersions(cluster: string, month: string): Statement {
  return {
    cluster,
    text: `
      SELECT version, revision, cluster_usd::text, bases, policies, closed_at::text
      FROM reporting.closed_months
      WHERE cluster = $1 AND month = $2::date
      ORDER BY version`,
    values: [cluster, month],
  };
}

/** What is stored of the days: one row {stored, estimated, cluster_usd, bases, policies}, of most days first. */
export function monthDays(cluster: string, { from, until }: DayWindow): Statement {
  return {
    cluster,
    text: `
      WITH days AS (
        SELECT estimated, basis, policy, amount_usd FROM reporting.daily_total_costs
        WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND name = 'attributable'
      )
      SELECT count(*)::integer AS stored, (count(*) FILTER (WHERE estimated))::integer AS estimated,
        coalesce(sum(amount_usd), 0)::text AS cluster_usd,
        ARRAY(SELECT basis FROM days GROUP BY basis ORDER BY count(*) DESC, basis) AS bases,
        ARRAY(SELECT policy FROM days GROUP BY policy ORDER BY count(*) DESC, policy) AS policies
      FROM days`,
    values: [cluster, from, until],
  };
}
