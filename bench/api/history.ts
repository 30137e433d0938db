import { eachDay, type DayWindow } from '#libs/domain';
import { connect, withRun } from '../bench-server.js';
import { BASIS, makeCosts, makeReadings, POLICY } from '../made-up-days.js';
import { formatMs, type Report } from '../report.js';

/** Stores and allocates days as the sync does, and leaves the tables as autovacuum does in time. */
export async function fillDays(databaseUrl: string, window: DayWindow, users: number, report: Report): Promise<void> {
  const started = performance.now();
  const days = eachDay(window);
  await withRun(databaseUrl, async (session, run) => {
    for (const [index, day] of days.entries()) {
      await session.replaceCostDay(run, makeCosts(day), BASIS, POLICY);
      await session.replaceUsageDay(run, makeReadings(day, users), new Date(), POLICY);
      if (index % 30 === 0) report.progress(`stored ${index} of ${days.length} days`);
    }
    await session.rollUpMonths(run);
  });
  report.note(`Storing and allocating ${days.length} days took ${formatMs(performance.now() - started)}.`);
  const client = await connect(databaseUrl);
  await client.query('VACUUM (ANALYZE)');
  await client.end();
}
