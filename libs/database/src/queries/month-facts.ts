import { IN_SCOPE, scopedValues, type NameFilter, type Scope, type Statement } from './statement.js';

/** Whose costs a statement is about, beside the scope. */
export interface MonthFilter {
  readonly hubs: NameFilter;
  readonly user: string | undefined;
  readonly usergroup: string | undefined;
}

/**
 * All that is stored of a month, at one moment: a run that replaces its days meanwhile is not half in it. Rows {part, row}:
 *
 * - `version`: {version, cluster_usd, bases, policies, closed_at}, of each version of a closed month;
 * - `days`: one row {stored, estimated, unread, cluster_usd, bases, policies}, of most days first;
 * - `line`: {hub, component, user, usergroups, reason, direct_usd, shared_usd}, what users bear and unallocated cost, frozen
 *   where the month is closed;
 * - `restatement`: those of the lines that came after version 1;
 * - `adjustment`: the same of earlier months, with the first day of the {month}.
 *
 * Amounts are texts: they stay exact.
 *
 * @param scope its window is the month.
 * @param version undefined: 1 of a closed month, else the figures of now.
 */
export function monthFacts(scope: Scope, filter: MonthFilter, version: number | undefined): Statement {
  return {
    cluster: scope.cluster,
    text: MONTH_FACTS,
    values: scopedValues(
      scope,
      filter.hubs,
      scope.user ?? filter.user,
      filter.usergroup,
      scope.withoutShared ?? false,
      version,
    ),
  };
}

const OF_HUBS = `
  AND ($5::text[] IS NULL OR hub = ANY ($5))`;

const WANTED = `
  ${OF_HUBS}
  AND ($6::text IS NULL OR username = $6)
  AND ($7::text IS NULL OR $7 = ANY (usergroups))`;

const LINE = 'hub, component, username AS "user", usergroups, reason';

const FROZEN_USD = `
  coalesce(sum(amount_usd) FILTER (WHERE NOT is_shared), 0) AS direct_usd,
  coalesce(sum(amount_usd) FILTER (WHERE is_shared), 0) AS shared_usd`;

const MONTH_FACTS = `
  WITH versions AS (
    SELECT version, revision, cluster_usd::text, bases, policies, closed_at::text
    FROM reporting.closed_months
    WHERE cluster = $1 AND month = $2::date
  ),
  chosen AS (SELECT version, revision FROM versions WHERE version = coalesce($9::integer, 1)),
  days AS (
    SELECT estimated, basis, policy, amount_usd FROM reporting.daily_total_costs
    WHERE cluster = $1 AND day >= $2 AND day < $3::date AND name = 'attributable'
  ),
  frozen AS (
    SELECT ${LINE}, revision, amount_usd, is_shared
    FROM reporting.closed_costs
    WHERE ${IN_SCOPE} ${WANTED} AND revision <= (SELECT revision FROM chosen)
  ),
  unread AS (
    SELECT day FROM reporting.daily_allocated_costs
    WHERE ${IN_SCOPE} ${OF_HUBS} AND reason = 'usage not read' AND NOT EXISTS (SELECT FROM chosen)
    UNION
    SELECT day FROM reporting.closed_costs
    WHERE ${IN_SCOPE} ${OF_HUBS} AND reason = 'usage not read' AND EXISTS (SELECT FROM chosen)
  ),
  line AS (
    SELECT ${LINE}, sum(direct_usd) AS direct_usd, sum(amount_usd - direct_usd) AS shared_usd
    FROM reporting.daily_user_costs
    WHERE ${IN_SCOPE} ${WANTED} AND NOT EXISTS (SELECT FROM chosen)
    GROUP BY hub, component, username, usergroups, reason
    UNION ALL
    SELECT hub, component, "user", usergroups, reason, ${FROZEN_USD}
    FROM frozen GROUP BY hub, component, "user", usergroups, reason
  ),
  restatement AS (
    SELECT hub, component, "user", usergroups, reason, ${FROZEN_USD}
    FROM frozen
    WHERE revision > 0 AND (SELECT version FROM chosen) > 1
    GROUP BY hub, component, "user", usergroups, reason
  ),
  adjustment AS (
    SELECT ${LINE}, date_trunc('month', day::timestamp)::date AS month, ${FROZEN_USD}
    FROM reporting.closed_costs
    WHERE cluster = $1 AND day < $2 AND ($4 IS NULL OR hub = ANY ($4)) ${WANTED} AND billed_month = $2 AND revision > 0
    GROUP BY hub, component, username, usergroups, reason, 6
  )
  SELECT 'version' AS part, to_jsonb(versions) AS row FROM versions
  UNION ALL
  SELECT 'days', jsonb_build_object('stored', count(*), 'estimated', count(*) FILTER (WHERE estimated),
    'unread', (SELECT count(*) FROM unread), 'cluster_usd', coalesce(sum(amount_usd), 0)::text,
    'bases', ARRAY(SELECT basis FROM days GROUP BY basis ORDER BY count(*) DESC, basis),
    'policies', ARRAY(SELECT policy FROM days GROUP BY policy ORDER BY count(*) DESC, policy))
  FROM days
  UNION ALL
  SELECT part, row || jsonb_build_object(
    'direct_usd', direct_usd::text, 'shared_usd', CASE WHEN $8::boolean THEN '0' ELSE shared_usd::text END)
  FROM (
    SELECT 'line' AS part, to_jsonb(line) AS row, direct_usd, shared_usd FROM line
    UNION ALL
    SELECT 'restatement', to_jsonb(restatement), direct_usd, shared_usd FROM restatement
    UNION ALL
    SELECT 'adjustment', to_jsonb(adjustment), direct_usd, shared_usd FROM adjustment
  ) parts
  WHERE direct_usd <> 0 OR (shared_usd <> 0 AND NOT $8)`;
