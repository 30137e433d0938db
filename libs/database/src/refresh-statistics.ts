import type { QueryRunner } from 'typeorm';
import type { RunId } from './sync-records.js';

/** A first run or a backfill, not the handful of days that every run changes: those leave statistics as good as they were. */
const MANY_ROWS = 10_000;

/**
 * After a run that wrote many rows, lets the planner know them at once. Until autovacuum comes by, a minute or more, it
 * would take the tables for nearly empty and answer questions about groups 40 times as slowly.
 *
 * A role that does not own the tables leaves it to autovacuum: Postgres then skips them with a warning.
 */
export async function refreshStatistics(queryRunner: QueryRunner, run: RunId): Promise<void> {
  const wroteMany: unknown[] = await queryRunner.query(`SELECT FROM sync_runs WHERE id = $1 AND rows_written >= $2`, [
    run,
    MANY_ROWS,
  ]);
  if (wroteMany.length > 0) await queryRunner.query(ANALYZE_FACTS);
}

const ANALYZE_FACTS = `
  ANALYZE account_costs, attributed_costs, usage_days, user_usage, group_memberships, user_costs, allocation_days,
    allocated_costs, group_costs, membership_costs, user_weeks, membership_weeks`;
