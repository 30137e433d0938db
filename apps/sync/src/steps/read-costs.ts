import type { SyncConfig } from '#libs/config';
import { CostExplorerReader, describeAwsError, knownCostWindow, RequestBudgetExceededError } from '#libs/cost-explorer';
import { EmptyAnswerError, type CostReadingBasis } from '#libs/database';
import type { CostReading, Day, DayCosts, DayWindow } from '#libs/domain';
import { digestAttribution } from '../attribution-digest.js';
import { findLostTags, LostTagsError } from '../lost-tags.js';
import { planCostBackfill, planCostWindow } from '../plan-costs.js';
import { formatWindow, skippedSummary, type SourceSummary } from '../run-summary.js';
import type { SyncWork } from '../task.js';
import { recordRun, type RunTally } from './record-run.js';

/** What this deployment reads costs with. */
export function costReadingBasis({ costBasis, attribution }: SyncConfig): CostReadingBasis {
  return { costBasis, attributionDigest: digestAttribution(attribution) };
}

/**
 * Reads the costs of every day that is due and replaces each day, with the user costs that follow from it. A day whose
 * answer is refused stays as it is; the others go on, and the run fails naming it. An answer without a tag that days are
 * stored with is refused as a whole.
 */
export async function readCosts(work: SyncWork): Promise<SourceSummary> {
  const { config, session, signal, progress } = work;
  const basis = costReadingBasis(config);
  const window = await planWindow(work, basis);
  if (!window) return skippedSummary('cost-explorer', forgottenNote(work));
  return recordRun(work, { source: 'cost-explorer', window }, async (run, tally) => {
    if (work.days && work.days.from < window.from) tally.notes.push(forgottenNote(work));
    const { days } = await fetchCosts(work, window, tally);
    if (!work.acceptsLostTags) await refuseLostTags(work, window, days);
    const refused: Day[] = [];
    for (const costs of days) {
      signal.throwIfAborted();
      try {
        const replacement = await session.replaceCostDay(run, costs, basis, config.allocationPolicy);
        tally.daysChanged += Number(replacement.changed);
        tally.rowsWritten += replacement.rowsWritten;
        tally.restatements += replacement.restatements;
      } catch (error) {
        if (!(error instanceof EmptyAnswerError)) throw error;
        refused.push(costs.day);
      }
      tally.days += 1;
      progress.show(`storing costs: ${tally.days} of ${days.length} days`);
    }
    if (refused.length > 0) throw new RefusedDaysError(refused);
  });
}

/** Days that came back without any attributed cost although they have some stored. */
export class RefusedDaysError extends Error {
  override readonly name = 'RefusedDaysError';

  constructor(readonly days: readonly Day[]) {
    super(
      `Cost Explorer answered without any attributed cost for days that have costs stored; these stay as they are ` +
        `(are the cost allocation tags still active?): ${days.join(', ')}`,
    );
  }
}

async function refuseLostTags(
  { config, session }: SyncWork,
  window: DayWindow,
  days: readonly DayCosts[],
): Promise<void> {
  const lost = findLostTags(config.attribution, await session.listCostPlaces(window), days);
  if (lost.length > 0) throw new LostTagsError(lost);
}

async function planWindow({ days, session, today }: SyncWork, basis: CostReadingBasis): Promise<DayWindow | undefined> {
  if (days) return planCostBackfill(today, days);
  return planCostWindow(today, basis, await session.listCostDays(knownCostWindow(today)));
}

async function fetchCosts(
  { config, signal, progress }: SyncWork,
  window: DayWindow,
  tally: RunTally,
): Promise<CostReading> {
  const reader = new CostExplorerReader({
    attribution: config.attribution,
    clusterName: config.clusterName,
    costBasis: config.costBasis,
    maxRequests: config.maxCostRequests,
    onRequest: () => {
      tally.requests += 1;
      progress.show(`asking Cost Explorer: request ${tally.requests}`);
    },
  });
  try {
    return await reader.fetchCosts(window, signal);
  } catch (error) {
    const remedy = error instanceof RequestBudgetExceededError ? ' (SYNC_MAX_REQUESTS); nothing was stored' : '';
    throw new Error(`${describeAwsError(error)}${remedy}`, { cause: error });
  }
}

function forgottenNote({ days, today }: SyncWork): string {
  const known = knownCostWindow(today);
  const until = days && days.until < known.from ? days.until : known.from;
  const forgotten = formatWindow({ from: days?.from ?? known.from, until });
  return `Cost Explorer only remembers costs since ${known.from}: those of ${forgotten} stay as they are`;
}
