import { firstOfMonth, type Day } from '#libs/domain';
import type { QueryRunner } from 'typeorm';
import type { RunTransaction } from './run-transaction.js';
import { countChangedDays } from './sync-runs.js';

/** To be called in each transaction that changes user costs or usage of a day: its month is read from its days then. */
export async function dropMonthRollup({ queryRunner, cluster }: RunTransaction, day: Day): Promise<void> {
  await queryRunner.query(`DELETE FROM month_rollups WHERE cluster = $1 AND month = $2`, [cluster, firstOfMonth(day)]);
}

/** The months that have days and no rollup. */
export async function listMonthsToRollUp(queryRunner: QueryRunner, cluster: string): Promise<Day[]> {
  const rows: { month: Day }[] = await queryRunner.query(
    `SELECT month FROM (${MONTHS}) stored
     WHERE NOT EXISTS (SELECT FROM month_rollups done WHERE cluster = $1 AND done.month = stored.month)
     ORDER BY month`,
    [cluster],
  );
  return rows.map(({ month }) => month);
}

const MONTHS = `
  SELECT date_trunc('month', day::timestamp)::date AS month, min(day) AS first_day, max(day) AS last_day
  FROM (
    SELECT day FROM cost_days WHERE cluster = $1
    UNION ALL SELECT day FROM usage_days WHERE cluster = $1
  ) days
  GROUP BY 1`;

/** @throws RunTakenOverError: a rollup of figures that another process changes meanwhile must not stay. */
export async function rollUpMonth(transaction: RunTransaction, month: Day): Promise<void> {
  const { queryRunner, cluster } = transaction;
  const days = [cluster, month, firstOfMonth(month, 1)];
  await countChangedDays(transaction, 0, 0);
  for (const table of ['month_costs', 'month_usage']) {
    await queryRunner.query(`DELETE FROM ${table} WHERE cluster = $1 AND month = $2`, [cluster, month]);
  }
  await queryRunner.query(
    `INSERT INTO month_costs (cluster, month, hub, username, component, instance_type, direct_usd, shared_usd, idle_usd,
       direct_idle_usd, shares_idle, usergroups, reason)
     SELECT cluster, $2::date, hub, username, component, instance_type, sum(direct_usd), sum(shared_usd), sum(idle_usd),
       sum(direct_idle_usd), shares_idle, usergroups, reason
     FROM user_costs WHERE cluster = $1 AND day >= $2::date AND day < $3::date
     GROUP BY cluster, hub, username, component, instance_type, shares_idle, usergroups, reason`,
    days,
  );
  await queryRunner.query(
    `INSERT INTO month_usage (cluster, month, hub, username, measure, quantity, days)
     SELECT cluster, $2::date, hub, username, measure, sum(quantity), count(*)
     FROM user_usage WHERE cluster = $1 AND day >= $2::date AND day < $3::date
     GROUP BY cluster, hub, username, measure`,
    days,
  );
  await queryRunner.query(
    `INSERT INTO month_rollups (cluster, month, first_day, last_day)
     SELECT $1, month, first_day, last_day FROM (${MONTHS}) stored WHERE month = $2`,
    [cluster, month],
  );
}
