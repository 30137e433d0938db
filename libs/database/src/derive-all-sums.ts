import type { Day } from '#libs/domain';
import { createDataSource } from './data-source.js';
import { deriveAllocatedCosts, deriveGroupCosts, forgetWeekOf, sumWeeks } from './derived-sums.js';

/** Makes every sum anew from what is stored, in one transaction: for a database that was filled past the sync. */
export async function deriveAllSums(databaseUrl: string): Promise<void> {
  const dataSource = await createDataSource(databaseUrl, { applicationName: 'derive-sums' }).initialize();
  try {
    await dataSource.transaction(async ({ queryRunner }) => {
      const days: { cluster: string; day: Day }[] = await queryRunner!.query(
        `SELECT cluster, day::text FROM account_costs ORDER BY cluster, day`,
      );
      for (const { cluster, day } of days) {
        await forgetWeekOf(queryRunner!, cluster, day);
        await deriveAllocatedCosts(queryRunner!, cluster, day);
        await deriveGroupCosts(queryRunner!, cluster, day);
      }
      for (const cluster of new Set(days.map((row) => row.cluster))) await sumWeeks(queryRunner!, cluster);
    });
  } finally {
    await dataSource.destroy();
  }
}
