import { windowOf } from '../plan-usage.js';
import { skippedSummary, type SourceSummary } from '../run-summary.js';
import type { SyncWork } from '../task.js';
import { recordRun } from './record-run.js';

/** Derives user costs anew, from what is stored, of every day that was allocated by another policy. Asks nobody. */
export async function reallocate(work: SyncWork): Promise<SourceSummary> {
  const { policy, session, signal, progress } = work;
  const days = await session.listDaysWithOtherPolicy(policy);
  const window = windowOf(days);
  if (!window) return skippedSummary('allocation', 'every day follows the policy');
  return recordRun(work, { source: 'allocation', window }, async (run, tally) => {
    tally.daysDue = days.length;
    for (const day of days) {
      signal.throwIfAborted();
      const rowsWritten = await session.allocateDay(run, day, policy);
      tally.days += 1;
      tally.daysChanged += Number(rowsWritten > 0);
      tally.rowsWritten += rowsWritten;
      progress.show(`allocating: ${tally.days} of ${days.length} days`);
    }
  });
}
