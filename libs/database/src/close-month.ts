import { addDays, eachDay, firstOfMonth, OperatorError, type Day } from '#libs/domain';
import type { QueryRunner } from 'typeorm';
import { CHARGES } from './queries/charges.js';
import { affectedRows, type RunTransaction } from './run-transaction.js';
import { WITHOUT_NESTED_LOOPS } from './session-settings.js';
import { countChangedDays } from './sync-runs.js';

/** A month that cannot be closed yet, or not at all; the message says why. */
export class MonthNotClosableError extends OperatorError {}

/** What closing did. Without a version, AWS has restated nothing since the latest one. */
export interface ClosedMonth {
  readonly month: Day;
  readonly version: number | undefined;
  readonly latest: number;
  readonly rows: number;
  /** Days that AWS may still change. */
  readonly estimatedDays: number;
}

/** Whether the days of a month are all stored, and settled. */
interface MonthState {
  readonly days: readonly Day[];
  readonly running: number;
  readonly estimated: number;
  readonly provisional: number;
  readonly first_stored: Day | null;
}

/**
 * Freezes a month's figures as version 1. Of a month that is closed, makes the next version of what AWS restated since, if it
 * did; the earlier ones stay.
 *
 * @throws MonthNotClosableError
 */
export async function closeMonth(transaction: RunTransaction, month: Day, today: Day): Promise<ClosedMonth> {
  const closed = await freezeMonth(transaction, month, today);
  if (closed.rows > 0) await countChangedDays(transaction, closed.rows);
  return closed;
}

async function freezeMonth(transaction: RunTransaction, month: Day, today: Day): Promise<ClosedMonth> {
  const { queryRunner, cluster, run } = transaction;
  const latest = await latestVersion(transaction, month);
  if (latest > 0) {
    await affectedRows(transaction, INSERT_DIFFERENCES, [cluster]);
    const added = await affectedRows(transaction, INSERT_NEXT_VERSION, [cluster, month, run]);
    const version = added > 0 ? latest + 1 : undefined;
    return { month, version, latest: latest + added, rows: added, estimatedDays: 0 };
  }
  const state = await readState(queryRunner, cluster, month);
  const fault = whyNotClosable(state, month, today);
  if (fault !== undefined) throw new MonthNotClosableError(`${month.slice(0, 7)} cannot be closed: ${fault}`);
  const window = [cluster, month, firstOfMonth(month, 1)];
  await queryRunner.query(`SET LOCAL ${WITHOUT_NESTED_LOOPS}`);
  const rows = await affectedRows(transaction, INSERT_CLOSED_COSTS, window);
  await queryRunner.query(INSERT_FIRST_VERSION, [...window, run]);
  return { month, version: 1, latest: 1, rows: rows + 1, estimatedDays: state.estimated };
}

/** AWS issues the bill of a month within its first week after it. */
const BILLED_AFTER_DAYS = 7;

/** Months that AWS has settled and that are not closed, the earliest first. */
export async function listSettledMonths(queryRunner: QueryRunner, cluster: string, today: Day): Promise<Day[]> {
  const billedUntil = firstOfMonth(addDays(today, -BILLED_AFTER_DAYS));
  const open: { month: Day }[] = await queryRunner.query(OPEN_MONTHS, [cluster, billedUntil]);
  const settled: Day[] = [];
  for (const { month } of open) {
    const state = await readState(queryRunner, cluster, month);
    const isSettled = state.estimated + state.provisional === 0 && whyNotClosable(state, month, today) === undefined;
    if (isSettled) settled.push(month);
  }
  return settled;
}

/**
 * Records what AWS restated of closed months since it was last recorded, beside the frozen figures, for the statement of the
 * first later month that is not closed. Each difference goes to those who bear the charge in the frozen figures.
 *
 * @returns the rows written.
 */
export async function recordRestatements(transaction: RunTransaction): Promise<number> {
  const rows = await affectedRows(transaction, INSERT_DIFFERENCES, [transaction.cluster]);
  if (rows > 0) await countChangedDays(transaction, rows);
  return rows;
}

export async function hasUnrecordedRestatements(queryRunner: QueryRunner, cluster: string): Promise<boolean> {
  const found: unknown[] = await queryRunner.query(`${DIFFERENCES} SELECT FROM difference LIMIT 1`, [cluster]);
  return found.length > 0;
}

async function latestVersion({ queryRunner, cluster }: RunTransaction, month: Day): Promise<number> {
  const [row]: { latest: number }[] = await queryRunner.query(
    `SELECT coalesce(max(version), 0)::integer AS latest FROM closed_months WHERE cluster = $1 AND month = $2`,
    [cluster, month],
  );
  return row!.latest;
}

async function readState(queryRunner: QueryRunner, cluster: string, month: Day): Promise<MonthState> {
  const [state]: [MonthState] = await queryRunner.query(MONTH_STATE, [cluster, month, firstOfMonth(month, 1)]);
  return state;
}

function whyNotClosable({ days, running, first_stored }: MonthState, month: Day, today: Day): string | undefined {
  const until = firstOfMonth(month, 1);
  if (today < until) return `it ends on ${addDays(until, -1)}`;
  if (days.length === 0) return 'nothing is stored of it';
  // Of a young account the first days do not exist.
  const from = first_stored !== null && first_stored > month ? first_stored : month;
  const missing = eachDay({ from, until }).filter((day) => !days.includes(day));
  if (missing.length > 0) return `costs of ${missing.length} of its days are missing, the first of them ${missing[0]}`;
  return running > 0 ? 'its last day was read before it ended; run the sync first' : undefined;
}

const MONTH_STATE = `
  SELECT coalesce(array_agg(day::text ORDER BY day), '{}') AS days, (count(*) FILTER (WHERE is_running))::integer AS running,
    (count(*) FILTER (WHERE estimated))::integer AS estimated,
    (SELECT count(*)::integer FROM usage_days
      WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND status = 'provisional') AS provisional,
    (SELECT min(day) FROM cost_days WHERE cluster = $1) AS first_stored
  FROM cost_days
  WHERE cluster = $1 AND day >= $2::date AND day < $3::date`;

const OPEN_MONTHS = `
  SELECT date_trunc('month', day::timestamp)::date AS month
  FROM cost_days
  WHERE cluster = $1 AND day < $2::date
  GROUP BY 1
  HAVING date_trunc('month', min(day)::timestamp)::date NOT IN (SELECT month FROM closed_months WHERE cluster = $1)
  ORDER BY 1`;

const INSERT_CLOSED_COSTS = `
  INSERT INTO closed_costs (cluster, day, revision, billed_month, tagged_hub, service, component, instance_type, hub,
    username, usergroups, reason, is_shared, amount_usd)
  SELECT $1, day, 0, $2::date, tagged_hub, service, component, instance_type, hub, username, usergroups, reason, is_shared,
    sum(amount_usd)
  FROM (${CHARGES}) charges
  GROUP BY day, tagged_hub, service, component, instance_type, hub, username, usergroups, reason, is_shared`;

const INSERT_FIRST_VERSION = `
  INSERT INTO closed_months (cluster, month, version, revision, cluster_usd, first_day, bases, policies, run_id)
  SELECT $1, $2::date, 1, 0, sum(cluster_usd), min(day),
    ARRAY(SELECT basis FROM cost_days WHERE cluster = $1 AND day >= $2::date AND day < $3::date
      GROUP BY basis ORDER BY count(*) DESC, basis),
    ARRAY(SELECT policy FROM cost_days WHERE cluster = $1 AND day >= $2::date AND day < $3::date
      GROUP BY policy ORDER BY count(*) DESC, policy), $4
  FROM cost_days
  WHERE cluster = $1 AND day >= $2::date AND day < $3::date`;

/** Nothing where no revision came since. What AWS says of the month then: what it said first, and its restatements. */
const INSERT_NEXT_VERSION = `
  INSERT INTO closed_months (cluster, month, version, revision, cluster_usd, first_day, bases, policies, run_id)
  SELECT cluster, month, version + 1, last_revision, cluster_usd + restated_usd, first_day, bases, policies, $3
  FROM (
    SELECT * FROM closed_months WHERE cluster = $1 AND month = $2::date ORDER BY version DESC LIMIT 1
  ) latest
  CROSS JOIN LATERAL (
    SELECT max(revision) AS last_revision, coalesce(sum(amount_usd), 0) AS restated_usd
    FROM closed_costs
    WHERE cluster = $1 AND day >= $2::date AND day < $2::date + interval '1 month' AND revision > latest.revision
  ) since
  WHERE last_revision IS NOT NULL`;

/** What AWS restated of closed months since they were closed, without what was recorded already. $1 cluster. */
const DIFFERENCES = `
  WITH closed AS (
    SELECT month, closed_at, (
        SELECT min(last.month + interval '1 month')::date FROM closed_months last
        WHERE last.cluster = $1 AND last.month >= closed_months.month
          AND (last.month + interval '1 month')::date NOT IN (SELECT month FROM closed_months WHERE cluster = $1)
      ) AS billed_month
    FROM closed_months WHERE cluster = $1 AND version = 1
  ),
  restated AS (
    SELECT month, billed_month, day, hub AS tagged_hub, service, component,
      coalesce(after_usd, 0) - coalesce(before_usd, 0) AS usd
    FROM cost_restatements JOIN closed ON day >= month AND day < month + interval '1 month' AND seen_at > closed_at
    WHERE cluster = $1 AND cost_restatements.reason = 'restated'
    UNION ALL
    SELECT month, closed.billed_month, day, tagged_hub, service, component, -amount_usd
    FROM closed_costs JOIN closed ON day >= month AND day < month + interval '1 month'
    WHERE cluster = $1 AND revision > 0
  ),
  difference AS MATERIALIZED (
    SELECT month, billed_month, day, tagged_hub, service, component, sum(usd) AS usd
    FROM restated
    GROUP BY month, billed_month, day, tagged_hub, service, component
    HAVING sum(usd) <> 0
  )`;

/**
 * The difference of a place (day, hub tag, service, component) goes to those who bear the same place in the frozen figures, in
 * proportion; where nobody does, to those who bear the component there; else it is unallocated. By rounded running sums:
 * parts add up to the difference.
 */
const INSERT_DIFFERENCES = `
  ${DIFFERENCES},
  bearer AS (
    SELECT difference.*, frozen.hub, frozen.username, frozen.usergroups, frozen.reason, frozen.is_shared,
      frozen.amount_usd, frozen.is_same, sum(frozen.amount_usd) OVER same_place AS total_usd
    FROM difference
    CROSS JOIN LATERAL (
      SELECT hub, username, usergroups, reason, is_shared, closed_costs.service = difference.service AS is_same,
        sum(amount_usd) AS amount_usd
      FROM closed_costs
      WHERE cluster = $1 AND day = difference.day AND revision = 0 AND tagged_hub = difference.tagged_hub
        AND component = difference.component
      GROUP BY hub, username, usergroups, reason, is_shared, is_same
    ) frozen
    WINDOW same_place AS (PARTITION BY difference.day, difference.tagged_hub, difference.service, difference.component, is_same)
  ),
  chosen AS (
    SELECT * FROM (
      SELECT *, bool_or(is_same AND total_usd <> 0) OVER (PARTITION BY day, tagged_hub, service, component) AS has_same
      FROM bearer
    ) bearers
    WHERE total_usd <> 0 AND is_same = has_same
  ),
  running AS (
    SELECT *, sum(amount_usd) OVER (PARTITION BY day, tagged_hub, service, component ORDER BY hub, username, reason, is_shared
      ROWS UNBOUNDED PRECEDING) AS upto_usd
    FROM chosen
  ),
  part AS (
    SELECT month, billed_month, day, tagged_hub, service, component, hub, username, usergroups, reason, is_shared,
      round(usd * upto_usd / total_usd, 10) - round(usd * (upto_usd - amount_usd) / total_usd, 10) AS amount_usd
    FROM running
    UNION ALL
    SELECT month, billed_month, day, tagged_hub, service, component, tagged_hub, NULL, NULL, 'not allocated', false, usd
    FROM difference
    WHERE NOT EXISTS (
      SELECT FROM chosen WHERE chosen.day = difference.day AND chosen.tagged_hub = difference.tagged_hub
        AND chosen.service = difference.service AND chosen.component = difference.component)
  )
  INSERT INTO closed_costs (cluster, day, revision, billed_month, tagged_hub, service, component, instance_type, hub,
    username, usergroups, reason, is_shared, amount_usd)
  SELECT $1, day, (
      SELECT max(revision) + 1 FROM closed_costs last
      WHERE last.cluster = $1 AND last.day >= part.month AND last.day < part.month + interval '1 month'
    ), billed_month, tagged_hub, service, component, '', hub, username, usergroups, reason, is_shared, amount_usd
  FROM part
  WHERE amount_usd <> 0`;
