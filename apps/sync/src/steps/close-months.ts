import { firstOfMonth } from '#libs/domain';
import type { SourceSummary } from '../run-summary.js';
import type { SyncWork } from '../task.js';
import { recordRun } from './record-run.js';

/**
 * Records what AWS restated of closed months, and closes those that it has settled: all days are final, costs and usage were
 * read well, now and by an earlier sync, so that whoever sets a deployment up sees its figures before any are frozen.
 * Undefined: there is nothing to record or to close.
 */
export async function closeMonths(work: SyncWork): Promise<SourceSummary | undefined> {
  const { session, signal, today } = work;
  const months = await listMonthsToClose(work);
  const isRestated = await session.hasUnrecordedRestatements();
  if (months.length === 0 && !isRestated) return undefined;
  const window = { from: months[0] ?? firstOfMonth(today, -1), until: today };
  return recordRun(work, { source: 'allocation', window }, async (run, tally) => {
    if (isRestated) {
      tally.rowsWritten += await session.recordRestatementsOfClosedMonths(run);
      tally.notes.push('AWS restated months that are closed: the next statement shows it as an adjustment');
    }
    for (const month of months) {
      signal.throwIfAborted();
      const { rows } = await session.closeMonth(run, month, today);
      tally.rowsWritten += rows;
      tally.notes.push(`closed ${month.slice(0, 7)}`);
    }
  });
}

async function listMonthsToClose({ session, today, days }: SyncWork) {
  if (days) return [];
  // With a wrong address of Prometheus all would be frozen as used by nobody.
  for (const source of ['cost-explorer', 'prometheus'] as const) {
    if ((await session.countSucceededRuns(source)) < 2) return [];
    if ((await session.findLatestRun(source))?.status !== 'succeeded') return [];
  }
  return session.listSettledMonths(today);
}
