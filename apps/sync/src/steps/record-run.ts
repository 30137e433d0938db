import { Logger } from '@nestjs/common';
import type { RunId, RunStart } from '#libs/database';
import { harmless, type DayWindow } from '#libs/domain';
import { describeFault, logFault, type Fault } from '../describe-fault.js';
import type { SourceSummary } from '../run-summary.js';
import type { SyncWork } from '../task.js';

/** What a run has done so far; its step adds to it. */
export interface RunTally {
  days: number;
  daysChanged: number;
  rowsWritten: number;
  restatements: number;
  requests: number;
  readonly notes: string[];
}

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
  const tally: RunTally = { days: 0, daysChanged: 0, rowsWritten: 0, restatements: 0, requests: 0, notes: [] };
  const run = await session.recordRunStarted({ source, trigger, window });
  const fields = { runId: run, source, from: window.from, until: window.until };
  progress.begin(fields);
  logger.log('run started', fields);
  let fault: Fault | undefined;
  try {
    await step(run, tally);
  } catch (error) {
    // A stop shows up as any error of whatever was waiting; what counts is who stopped it.
    fault = describeFault(signal.aborted ? signal.reason : error);
  }
  progress.end();
  const error = fault?.message;
  // A run's requests are those that are paid for.
  const paidRequests = source === 'cost-explorer' ? tally.requests : 0;
  const outcome = error === undefined ? ({ status: 'succeeded' } as const) : ({ status: 'failed', error } as const);
  await session.recordRunFinished(run, outcome, paidRequests).catch((lost: unknown) => {
    const why = fault ?? describeFault(lost);
    logger.error(`run broke off: ${why.message}`, fields);
    logFault(logger, why);
    throw lost;
  });
  await session.refreshStatistics(run).catch((failure: unknown) => {
    const why = describeFault(failure);
    logger.warn(`statistics are left to autovacuum: ${why.message}`, fields);
    logFault(logger, why);
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
  const { days, daysChanged, rowsWritten, restatements, requests, durationMs, notes } = summary;
  const counts = { ...fields, days, daysChanged, rowsWritten, restatements, requests, durationMs };
  if (error === undefined) logger.log('run succeeded', counts);
  else logger.error(`run failed: ${error}`, counts);
  if (fault) logFault(logger, fault);
  for (const note of notes) logger.warn(note, fields);
  return summary;
}
