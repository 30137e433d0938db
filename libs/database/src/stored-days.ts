import type { AllocationPolicy, Day, DayWindow } from '#libs/domain';
import { And, LessThan, MoreThanOrEqual, type FindOperator, type QueryRunner } from 'typeorm';
import { excludedHubsOf } from './allocate-day.js';
import { AccountCostRow } from './entities/account-cost-row.js';
import { UsageDayRow } from './entities/usage-day-row.js';
import type { CostDay, CostPlace, UsageDay } from './sync-records.js';

/** What is stored already: the sync plans its reading from these. All in the order of days. */

export async function listCostDays(queryRunner: QueryRunner, cluster: string, window: DayWindow): Promise<CostDay[]> {
  return queryRunner.manager.find(AccountCostRow, {
    select: { day: true, costBasis: true, attributionDigest: true },
    where: { cluster, day: within(window) },
    order: { day: 'ASC' },
  });
}

export async function listCostPlaces(
  queryRunner: QueryRunner,
  cluster: string,
  window: DayWindow,
): Promise<CostPlace[]> {
  return queryRunner.query(
    `SELECT day, hub, service, component FROM attributed_costs WHERE cluster = $1 AND day >= $2 AND day < $3
      ORDER BY day`,
    [cluster, window.from, window.until],
  );
}

export async function listUsageDays(queryRunner: QueryRunner, cluster: string, window: DayWindow): Promise<UsageDay[]> {
  const rows = await queryRunner.manager.find(UsageDayRow, {
    where: { cluster, day: within(window) },
    order: { day: 'ASC', dataset: 'ASC' },
  });
  return rows.map(({ day, dataset, status, coverage, readAt }) => ({
    day,
    dataset,
    status,
    coverage: Number(coverage),
    readAt,
  }));
}

/** Days with costs whose user costs were derived by another policy, or not at all. */
export async function listDaysWithOtherPolicy(
  queryRunner: QueryRunner,
  cluster: string,
  policy: AllocationPolicy,
): Promise<Day[]> {
  const rows: { day: Day }[] = await queryRunner.query(
    `SELECT account.day
       FROM account_costs account LEFT JOIN allocation_days made USING (cluster, day)
      WHERE cluster = $1 AND (made.allocation, made.excluded_hubs) IS DISTINCT FROM ($2::text, $3::text[])
      ORDER BY day`,
    [cluster, policy.allocation, excludedHubsOf(policy)],
  );
  return rows.map((row) => row.day);
}

function within(window: DayWindow): FindOperator<Day> {
  return And(MoreThanOrEqual(window.from), LessThan(window.until));
}
