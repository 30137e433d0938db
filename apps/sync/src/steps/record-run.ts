import { Logger } from '@nestjs/common';
import { describeFault, logFault, type Fault, type RunId, type RunStart } from '#libs/database';
import { harmless, type DayWindow } from '#libs/domain';
import { NOTHING_DONE, type RunCounts, type SourceSummary } from '../run-summary.js';
import type { SyncWork } from '../task.js';

/** What a run has done so far; its step adds to it. */
export type RunTally = { -readonly [Count in keyof RunCounts]: number } & { readonly notes: string[] };

const logger = new Logger('Sync');

/**
 * Runs one step as a recorded run. Whatever the step throws makes the run a failed one, with the error's message, and
 * the next source goes on.
 *
 * @throws Error when the run itself cannot be recorded: without a database no other source can go on either.
 */
export async function recordRun(
  { session, trigger, signal, progress }: SyncWork,
  { source, window }: { readonly source: RunStart['source']; readonly window: DayWindow },
  step: (run: RunId, tally: RunTally) => Promise<void>,
): Promise<SourceSummary> {
  const startedMs = performance.now();
  const tally: RunTally = { ...NOTHING_DONE, notes: [] };
  const run = await session.recordRunStarted({ source, trigger, window });
  const fields = { runId: run, source, from: window.from, until: window.until };
  progress.begin(fields);
  let fault: Fault | undefined;
  try {
    await step(run, tally);
  } catch (error) {
    // A stop shows up as any error of whatever was waiting; what counts is who stopped it.
    fault = describeFault(signal.aborted ? signal.reason : error);
  }
  // Before the run is recorded as finished: a run is over when all its work is.
  const warn = (what: string) => (failure: unknown) => {
    const why = describeFault(failure);
    logger.warn(`${what}: ${why.message}`, fields);
    logFault(logger, why);
  };
  // Usage is read after costs, and changes the same months.
  if (source !== 'cost-explorer' && !signal.aborted) {
    await session.rollUpMonths(run).catch(warn('requests read each day until the next run'));
  }
  await session.refreshStatistics(run).catch(warn('statistics are left to autovacuum'));
  const error = fault?.message;
  // A run's requests are those that are paid for.
  const paidRequests = source === 'cost-explorer' ? tally.requests : 0;
  const outcome = error === undefined ? ({ status: 'succeeded' } as const) : ({ status: 'failed', error } as const);
  await session.recordRunFinished(run, outcome, paidRequests).catch((lost: unknown) => {
    progress.end();
    const why = fault ?? describeFault(lost);
    logger.error(`run broke off: ${why.message}`, fields);
    logFault(logger, why);
    throw lost;
  });
  const summary: SourceSummary = {
    source,
    status: error === undefined ? 'succeeded' : 'failed',
    error,
    window,
    ...tally,
    notes: tally.notes.map(harmless),
    durationMs: Math.round(performance.now() - startedMs),
  };
  progress.end(summary);
  if (fault) logFault(logger, fault);
  return summary;
}
