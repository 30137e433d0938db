import type { CostDay, CostReadingBasis, RecordedRun, SyncSource, UsageDay } from '#libs/database';
import { eachDay, type Day } from '#libs/domain';
import { planCostWindow, regularFrom } from './plan-costs.js';
import { listUnreadUsageDays } from './plan-usage.js';

/** What is known of the past when the scheduler starts. */
export interface SyncState {
  readonly latestRuns: ReadonlyMap<SyncSource, RecordedRun>;
  readonly costDays: readonly CostDay[];
  /** The account's first day with costs, where a run has found out. */
  readonly firstCostDay: Day | undefined;
  readonly usageDays: readonly UsageDay[];
  readonly daysWithOtherPolicy: readonly Day[];
}

/**
 * Why a run is due before the schedule's next turn, or undefined when it can wait. Today is no reason: it is stored by
 * its first turn. A restart alone is none either: each run costs money.
 */
export function reasonToCatchUp(today: Day, basis: CostReadingBasis, state: SyncState): string | undefined {
  for (const source of ['cost-explorer', 'prometheus'] as const) {
    if (!state.latestRuns.has(source)) return `${source} was never read`;
  }
  for (const [source, run] of state.latestRuns) {
    if (run.status !== 'succeeded') return `the last run of ${source} failed`;
  }
  const restated = regularFrom(today, state.firstCostDay);
  const { from } = planCostWindow(today, basis, state.costDays, state.firstCostDay);
  if (from < restated) return `costs since ${from} are missing or were read with another cost basis or attribution`;
  const storedCosts = new Set(state.costDays.map(({ day }) => day));
  const missing = eachDay({ from: restated, until: today }).find((day) => !storedCosts.has(day));
  if (missing) return `costs of ${missing} are missing`;
  const [unread] = listUnreadUsageDays(today, state.usageDays);
  if (unread) return `usage of ${unread} was never read`;
  const count = state.daysWithOtherPolicy.length;
  return count > 0 ? `${count} days are allocated by another policy` : undefined;
}
