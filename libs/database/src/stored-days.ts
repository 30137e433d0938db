import type { AllocationPolicy, Day, DayWindow } from '#libs/domain';
import type { QueryRunner } from 'typeorm';
import { textOfPolicy } from './allocate-day.js';
import type { CostDay, CostPlace, UsageDay } from './sync-records.js';

/** What is stored already: the sync plans its reading from these. All in the order of days. */

export async function listCostDays(queryRunner: QueryRunner, cluster: string, window: DayWindow): Promise<CostDay[]> {
  return queryRunner.query(
    `SELECT day, basis AS "costBasis", attribution AS "attributionDigest" FROM cost_days
     WHERE cluster = $1 AND day >= $2 AND day < $3 ORDER BY day`,
    [cluster, window.from, window.until],
  );
}

/**
 * The first day with costs that the account has, if a run that succeeded has asked for all days from `from` on: such a run
 * stores every day that Cost Explorer knows. Undefined where no run has.
 */
export async function findFirstCostDay(queryRunner: QueryRunner, cluster: string, from: Day): Promise<Day | undefined> {
  const [first]: { day: Day | null }[] = await queryRunner.query(
    `SELECT min(day) AS day FROM cost_days WHERE cluster = $1`,
    [cluster],
  );
  if (!first?.day) return undefined;
  const runs: unknown[] = await queryRunner.query(
    `SELECT FROM sync_runs WHERE cluster = $1 AND source = 'cost-explorer' AND status = 'succeeded'
      AND window_from <= $2 AND window_until > $3 LIMIT 1`,
    [cluster, from, first.day],
  );
  return runs.length > 0 ? first.day : undefined;
}

export async function listCostPlaces(
  queryRunner: QueryRunner,
  cluster: string,
  window: DayWindow,
): Promise<CostPlace[]> {
  return queryRunner.query(
    `SELECT day, hub, service, component FROM attributed_costs
     WHERE cluster = $1 AND day >= $2 AND day < $3 ORDER BY day`,
    [cluster, window.from, window.until],
  );
}

export async function listUsageDays(queryRunner: QueryRunner, cluster: string, window: DayWindow): Promise<UsageDay[]> {
  return queryRunner.query(
    `SELECT day, dataset, hub, status, coverage::double precision, read_at AS "readAt" FROM usage_days
     WHERE cluster = $1 AND day >= $2 AND day < $3 ORDER BY day, dataset, hub`,
    [cluster, window.from, window.until],
  );
}

/** Days whose user costs were derived by another policy. */
export async function listDaysWithOtherPolicy(
  queryRunner: QueryRunner,
  cluster: string,
  policy: AllocationPolicy,
): Promise<Day[]> {
  const rows: { day: Day }[] = await queryRunner.query(
    `SELECT day FROM cost_days WHERE cluster = $1 AND policy <> $2 ORDER BY day`,
    [cluster, textOfPolicy(policy)],
  );
  return rows.map((row) => row.day);
}
