import { SHARED_COMPONENTS, SUPPORT_HUB, type AllocationPolicy, type Day } from '#libs/domain';
import type { QueryRunner } from 'typeorm';
import { INSERT_USER_COSTS } from './allocation-sql.js';
import { affectedRows } from './affected-rows.js';
import { deriveAllocatedCosts, deriveGroupCosts, forgetWeekOf } from './derived-sums.js';
import type { RunId } from './sync-records.js';

/**
 * Derives a day's user costs anew, and the sums of them, in the caller's transaction. A day without stored costs has
 * none. To be called whenever the day's costs, its usage or the policy changed.
 *
 * @returns the number of user costs that the day now has.
 */
export async function allocateDay(
  queryRunner: QueryRunner,
  cluster: string,
  run: RunId,
  day: Day,
  policy: AllocationPolicy,
): Promise<number> {
  // Usage is summed by week whether or not there are costs.
  await forgetWeekOf(queryRunner, cluster, day);
  const excludedHubs = excludedHubsOf(policy);
  const recorded = await affectedRows(
    queryRunner,
    `INSERT INTO allocation_days (cluster, day, allocation, excluded_hubs, run_id)
     SELECT cluster, day, $4, $5, $3 FROM account_costs WHERE cluster = $1 AND day = $2
     ON CONFLICT (cluster, day) DO UPDATE SET
       allocation = excluded.allocation, excluded_hubs = excluded.excluded_hubs, run_id = excluded.run_id`,
    [cluster, day, run, policy.allocation, excludedHubs],
  );
  if (recorded === 0) return 0;
  // The planner expects one user on a day that it has no statistics of, and would compare all users with all hubs: by
  // nested loops, or by merging on the component alone.
  await queryRunner.query(`SET LOCAL enable_nestloop = off`);
  await queryRunner.query(`SET LOCAL enable_mergejoin = off`);
  await queryRunner.query(`DELETE FROM user_costs WHERE cluster = $1 AND day = $2`, [cluster, day]);
  const inserted = await affectedRows(queryRunner, INSERT_USER_COSTS, [
    cluster,
    day,
    run,
    policy.allocation,
    excludedHubs,
    SHARED_COMPONENTS,
    SUPPORT_HUB,
  ]);
  await deriveAllocatedCosts(queryRunner, cluster, day);
  await deriveGroupCosts(queryRunner, cluster, day);
  return inserted;
}

/** Whether the day's user costs were derived by this policy. */
export async function isAllocatedBy(
  queryRunner: QueryRunner,
  cluster: string,
  day: Day,
  policy: AllocationPolicy,
): Promise<boolean> {
  const rows: unknown[] = await queryRunner.query(
    `SELECT FROM allocation_days WHERE cluster = $1 AND day = $2 AND allocation = $3 AND excluded_hubs = $4::text[]`,
    [cluster, day, policy.allocation, excludedHubsOf(policy)],
  );
  return rows.length > 0;
}

/** In one order and once each, so that the same policy is always stored alike. */
export function excludedHubsOf(policy: AllocationPolicy): string[] {
  return [...new Set(policy.excludedHubs)].sort();
}
