import { createDataSource, SyncSession } from '#libs/database';
import { addDays, eachDay, type AllocationPolicy } from '#libs/domain';
import { dividingMeasures, MEASURES } from '#libs/prometheus';
import type { BenchServer } from '../database/bench-server.js';
import { formatBytes, formatCount, formatMs, type Report } from '../report.js';
import { makeCosts, makeReadings } from './made-up-days.js';

const POLICY: AllocationPolicy = { allocation: 'hub', excludedHubs: ['binder'], dividedBy: dividingMeasures(MEASURES) };
const BASIS = { costBasis: 'amortized', attributionDigest: 'bench' } as const;
const FIRST_DAY = '2025-10-01';

/** 13 months of costs and usage into an empty database through SyncSession, a day at a time, as a first sync does. */
export async function benchBackfill(
  server: BenchServer,
  { users, days: count }: { readonly users: number; readonly days: number },
  report: Report,
): Promise<void> {
  const url = await server.createDatabase('backfill');
  const dataSource = await createDataSource(url, { applicationName: 'bench' }).initialize();
  try {
    const session = await SyncSession.open(dataSource, 'backfilled');
    if (!session) throw new Error('somebody else works on the bench database');
    const days = eachDay({ from: FIRST_DAY, until: addDays(FIRST_DAY, count) });
    const run = await session.recordRunStarted({ source: 'prometheus', trigger: 'once' });
    const readAt = new Date(`${addDays(FIRST_DAY, count + 30)}T00:00:00Z`);
    const started = performance.now();
    let rows = 0;
    for (const day of days) {
      rows += (await session.replaceCostDay(run, makeCosts(day), BASIS, POLICY)).rowsWritten;
    }
    const parts: { ms: number; rssBytes: number }[] = [];
    let partStarted = performance.now();
    for (const [index, day] of days.entries()) {
      rows += (await session.replaceUsageDay(run, makeReadings(day, users), readAt, POLICY)).rowsWritten;
      if ((index + 1) % Math.ceil(count / 4) !== 0 && index + 1 !== count) continue;
      parts.push({ ms: performance.now() - partStarted, rssBytes: process.memoryUsage.rss() });
      partStarted = performance.now();
      report.progress(`backfill: ${index + 1} of ${count} days`);
    }
    await session.recordRunFinished(run, { status: 'succeeded' }, 0);
    await session.refreshStatistics(run);
    const ms = performance.now() - started;
    await session.close();
    report.table(
      [`${formatCount(count)} days of ${formatCount(users)} users`, 'rows', 'time', 'rows per second'],
      [['costs, usage, memberships, user costs', formatCount(rows), formatMs(ms), formatCount((rows / ms) * 1000)]],
    );
    report.table(
      ['quarter of the backfill', ...parts.map((_, index) => String(index + 1))],
      [
        ['time', ...parts.map((part) => formatMs(part.ms))],
        ['RSS of the writing process', ...parts.map((part) => formatBytes(part.rssBytes))],
      ],
    );
  } finally {
    await dataSource.destroy();
  }
}
