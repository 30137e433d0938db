import type { QueryRunner } from 'typeorm';
import type { RunId } from './sync-records.js';

/** A first run or a backfill, not the handful of days that every run changes: those leave statistics as good as they were. */
const MANY_ROWS = 10_000;

/**
 * After a run that wrote many rows, lets the planner know them at once: until autovacuum comes by, a minute or more, it
 * would take the tables for nearly empty. A role that does not own the tables leaves it to autovacuum.
 */
export async function refreshStatistics(queryRunner: QueryRunner, run: RunId): Promise<void> {
  const mayAnalyze: unknown[] = await queryRunner.query(
    `SELECT FROM sync_runs WHERE id = $1 AND rows_written >= $2
       AND (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'user_costs'::regclass)`,
    [run, MANY_ROWS],
  );
  if (mayAnalyze.length === 0) return;
  await queryRunner.query(
    `ANALYZE cost_days, attributed_costs, usage_days, user_usage, group_memberships, node_capacity, user_costs, day_costs,
       month_rollups, month_costs, month_usage`,
  );
}
