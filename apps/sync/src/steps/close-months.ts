import type { SourceSummary } from '../run-summary.js';
import type { SyncWork } from '../task.js';
import { recordRun } from './record-run.js';

/**
 * Records what AWS restated of closed months, and closes those that it has settled: all days are final, and an earlier sync
 * has read costs already, so that whoever sets a deployment up sees its figures before any are frozen. Undefined: there is
 * nothing to record or to close.
 */
export async function closeMonths(work: SyncWork): Promise<SourceSummary | undefined> {
  const { session, signal, today } = work;
  const months = await listMonthsToClose(work);
  const isRestated = await session.hasUnrecordedRestatements();
  if (months.length === 0 && !isRestated) return undefined;
  const window = { from: months[0] ?? today, until: today };
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
  if (days || (await session.countSucceededRuns('cost-explorer')) < 2) return [];
  const latest = await session.findLatestRun('cost-explorer');
  return latest?.status === 'succeeded' ? session.listSettledMonths(today) : [];
}
