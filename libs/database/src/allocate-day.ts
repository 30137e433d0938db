import { COMPUTE, planProportionalSteps, SUPPORT_HUB, type AllocationPolicy, type Day } from '#libs/domain';
import { DIVIDE_PROPORTIONALLY, INSERT_DAY_COSTS, INSERT_USER_COSTS } from './allocation-sql.js';
import { dropMonthRollup } from './month-rollups.js';
import { affectedRows, type RunTransaction } from './run-transaction.js';

/**
 * Derives a day's user costs anew, and their rollup. To be called whenever the day's costs, its usage, its memberships or
 * the policy changed, on a day that has costs.
 *
 * @returns the number of user costs that the day now has.
 */
export async function allocateDay(transaction: RunTransaction, day: Day, policy: AllocationPolicy): Promise<number> {
  const { queryRunner, cluster } = transaction;
  await dropMonthRollup(transaction, day);
  await queryRunner.query(`DELETE FROM user_costs WHERE cluster = $1 AND day = $2`, [cluster, day]);
  const { policies = {}, idle = 'shared' } = policy;
  const common = [cluster, day, policy.allocation, SUPPORT_HUB, COMPUTE, idle === 'shared'];
  const dividedBy = policy.dividedBy.filter(({ component }) => (policies[component] ?? 'usage') === 'usage');
  const steps = planProportionalSteps(policies);
  let inserted = await affectedRows(transaction, INSERT_USER_COSTS, [
    ...common,
    dividedBy.map(({ component }) => component),
    dividedBy.map(({ name }) => name),
    dividedBy.map(({ dataset }) => dataset),
    dividedBy.map(({ byInstanceType = false }) => byInstanceType),
    Object.keys(policies).filter((component) => policies[component] === 'even'),
    steps.flat().map(({ component }) => component),
    policy.excludedHubs,
  ]);
  for (const step of steps) {
    const pairs = step.flatMap(({ component, bases }) => bases.map((base) => [component, base] as const));
    inserted += await affectedRows(transaction, DIVIDE_PROPORTIONALLY, [
      ...common,
      pairs.map(([component]) => component),
      pairs.map(([, base]) => base),
    ]);
  }
  await queryRunner.query(`DELETE FROM day_costs WHERE cluster = $1 AND day = $2`, [cluster, day]);
  await queryRunner.query(INSERT_DAY_COSTS, [cluster, day]);
  return inserted;
}

/**
 * Derives the day's user costs where the day has costs, and records the policy.
 *
 * @returns the rows written: 0 on a day without costs.
 */
export async function reallocateDay(transaction: RunTransaction, day: Day, policy: AllocationPolicy): Promise<number> {
  const marked = await affectedRows(
    transaction,
    `UPDATE cost_days SET policy = $3, run_id = $4 WHERE cluster = $1 AND day = $2`,
    [transaction.cluster, day, textOfPolicy(policy), transaction.run],
  );
  return marked === 0 ? 0 : marked + (await allocateDay(transaction, day, policy));
}

/** The same text for the same policy, whatever the order of its lists: what cost_days keeps. */
export function textOfPolicy({
  allocation,
  excludedHubs,
  dividedBy,
  idle = 'shared',
  policies = {},
}: AllocationPolicy): string {
  return JSON.stringify({
    allocation,
    excludedHubs: [...new Set(excludedHubs)].sort(),
    measures: dividedBy.map(({ component, name }) => `${component} by ${name}`),
    idle,
    policies: Object.entries(policies)
      .map(([component, policy]) => [
        component,
        typeof policy === 'string' ? policy : [...new Set(policy.proportional)].sort(),
      ])
      .sort(([left], [right]) => (left! < right! ? -1 : 1)),
  });
}
