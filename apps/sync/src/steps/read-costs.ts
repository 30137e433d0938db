import type { SyncConfig } from '#libs/config';
import { CostExplorerReader, knownCostWindow } from '#libs/cost-explorer';
import { EmptyResponseError, type CostReadingBasis, type RunId } from '#libs/database';
import { addDays, OperatorError, type CostReading, type Day, type DayCosts, type DayWindow } from '#libs/domain';
import { digestAttribution } from '../attribution-digest.js';
import {
  describeAwaitedHubs,
  describeOverdueHubs,
  findLostTags,
  findNewDaysWithoutHubs,
  LostTagsError,
} from '../lost-tags.js';
import { planCostBackfill, planCostWindow } from '../plan-costs.js';
import { formatDays, formatWindow, skippedSummary, type SourceSummary } from '../run-summary.js';
import type { SyncWork } from '../task.js';
import { recordRun, type RunTally } from './record-run.js';

/** What this deployment reads costs with. */
export function costReadingBasis({ costBasis, attribution }: SyncConfig): CostReadingBasis {
  return { costBasis, attributionDigest: digestAttribution(attribution) };
}

/**
 * Reads the costs of every day that is due and replaces each day, with the user costs that follow from it. A day whose
 * answer is refused stays as it is, and so does a new day that has lost its hubs; the others go on, and the run fails
 * naming them. An answer without a tag that days are stored with is refused as a whole.
 */
export async function readCosts(work: SyncWork): Promise<SourceSummary> {
  const basis = costReadingBasis(work.config);
  const window = await planWindow(work, basis);
  if (!window) return skippedSummary('cost-explorer', forgottenNote(work));
  return recordRun(work, { source: 'cost-explorer', window }, async (run, tally) => {
    if (work.days && work.days.from < window.from) tally.notes.push(forgottenNote(work));
    const { days, window: read } = await fetchCosts(work, window, tally);
    if (read.from > window.from) tally.notes.push(youngAccountNote(read.from));
    if (days.length > 0 && days.every(({ attributed }) => attributed.length === 0))
      tally.notes.push(noClusterCostNote(work, days));
    tally.daysDue = days.length;
    const postponed = work.acceptsLostTags ? [] : await judgeTags(work, window, days);
    const due = days.filter(({ day }) => !postponed.includes(day));
    const refused = await storeDays(work, run, due, basis, tally);
    reportLeftOut(work, { refused, postponed }, tally);
  });
}

/**
 * The new days that are better stored later, or never without somebody's word.
 *
 * @throws LostTagsError when stored days would lose a tag.
 */
async function judgeTags(
  { config, session, today }: SyncWork,
  window: DayWindow,
  days: readonly DayCosts[],
): Promise<Day[]> {
  // From the first day on that can be known: what a new day is compared with may lie before the window.
  const stored = await session.listCostPlaces({ from: knownCostWindow(today).from, until: window.until });
  const lost = findLostTags(config.attribution, stored, days);
  if (lost.length > 0) throw new LostTagsError(lost);
  return findNewDaysWithoutHubs(stored, days);
}

/** Returns the days that came back without any attributed cost although they have some stored. */
async function storeDays(
  { policy, session, signal, progress, today }: SyncWork,
  run: RunId,
  days: readonly DayCosts[],
  basis: CostReadingBasis,
  tally: RunTally,
): Promise<Day[]> {
  const refused: Day[] = [];
  let handled = 0;
  for (const costs of days) {
    signal.throwIfAborted();
    try {
      const replacement = await session.replaceCostDay(run, { ...costs, isRunning: costs.day >= today }, basis, policy);
      tally.daysChanged += Number(replacement.changed);
      tally.rowsWritten += replacement.rowsWritten;
      tally.restatements += replacement.restatements;
      tally.days += 1;
    } catch (error) {
      if (!(error instanceof EmptyResponseError)) throw error;
      refused.push(costs.day);
    }
    handled += 1;
    progress.show(`storing costs: ${handled} of ${days.length} days`);
  }
  return refused;
}

/** Days that another run has to store; those of yesterday and today, which are still coming in, are only noted. */
function reportLeftOut(
  { config, today }: SyncWork,
  { refused, postponed }: { readonly refused: readonly Day[]; readonly postponed: readonly Day[] },
  tally: RunTally,
): void {
  const { hubTag } = config.attribution;
  const yesterday = addDays(today, -1);
  const awaited = postponed.filter((day) => day >= yesterday);
  if (awaited.length > 0) tally.notes.push(describeAwaitedHubs(hubTag, awaited));
  const overdue = postponed.filter((day) => day < yesterday);
  const faults: string[] = [];
  if (refused.length > 0) faults.push(describeRefusal(refused));
  if (overdue.length > 0) faults.push(describeOverdueHubs(hubTag, overdue));
  if (faults.length > 0) throw new OperatorError(faults.join('; '));
}

function describeRefusal(days: readonly Day[]): string {
  return (
    `Cost Explorer answered without any attributed cost for days that have costs stored; these stay as they are ` +
    `(are the cost allocation tags still active?): ${days.join(', ')}`
  );
}

async function planWindow({ days, session, today }: SyncWork, basis: CostReadingBasis): Promise<DayWindow | undefined> {
  if (days) return planCostBackfill(today, days);
  const known = knownCostWindow(today);
  const firstDay = await session.findFirstCostDay(known.from);
  return planCostWindow(today, basis, await session.listCostDays(known), firstDay);
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
  return reader.fetchCosts(window, signal);
}

/** Not a failure: tags that were activated today arrive tomorrow. */
function noClusterCostNote({ config }: SyncWork, days: readonly DayCosts[]): string {
  return (
    `no cost of ${formatDays(days.map(({ day }) => day))} carries a tag of cluster ${config.clusterName}, so nothing is attributed: ` +
    'check CLUSTER_NAME and clusterTags with npm run doctor'
  );
}

function youngAccountNote(firstDay: Day): string {
  return (
    `Cost Explorer has no costs of this account before ${firstDay}: later runs do not ask for them again. If Cost Explorer ` +
    'was enabled a few days ago, AWS may add the months before: then run a backfill'
  );
}

function forgottenNote({ days, today }: SyncWork): string {
  const known = knownCostWindow(today);
  const until = days && days.until < known.from ? days.until : known.from;
  const forgotten = formatWindow({ from: days?.from ?? known.from, until });
  return `Cost Explorer only remembers costs since ${known.from}: those of ${forgotten} stay as they are`;
}
