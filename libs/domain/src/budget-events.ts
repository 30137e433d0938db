import type { BudgetState, Measured } from './budgets.js';
import type { Day } from './day.js';
import type { Usd } from './usd.js';

/** A budget passed a threshold in a period, or came under it again. */
export interface BudgetEvent {
  readonly on: Measured;
  readonly threshold: string;
  /** 1, 2, … of the same threshold in the same period. */
  readonly occurrence: number;
  readonly event: 'passed' | 'under';
  readonly thresholdUsd: Usd;
  /** What was measured. */
  readonly usd: Usd;
  readonly day: Day;
}

/**
 * What happened since the events that are recorded of the period. A threshold is passed once; what was passed and is not any
 * more, since AWS restated a cost, is said, and then it can be passed again. A forecast goes up and down: what it passed is
 * said once.
 */
export function planBudgetEvents(
  { spent, forecast, thresholds }: BudgetState,
  settledTo: Day | undefined,
  recorded: readonly BudgetEvent[],
): BudgetEvent[] {
  if (settledTo === undefined) return [];
  const latest = new Map<string, BudgetEvent>();
  for (const event of recorded) {
    const key = `${event.on} ${event.threshold}`;
    if (event.occurrence > (latest.get(key)?.occurrence ?? 0)) latest.set(key, event);
  }
  const events: BudgetEvent[] = [];
  for (const { threshold, on, usd: thresholdUsd, passedOn } of thresholds) {
    const last = latest.get(`${on} ${threshold}`);
    const measured = on === 'actual' ? spent : forecast;
    if (passedOn === undefined || !('usd' in measured) || last?.event === 'passed') continue;
    const occurrence = (last?.occurrence ?? 0) + 1;
    events.push({ on, threshold, occurrence, event: 'passed', thresholdUsd, usd: measured.usd, day: passedOn });
  }
  if (!('usd' in spent)) return events;
  const current = new Map(thresholds.filter(({ on }) => on === 'actual').map((one) => [one.threshold, one.usd]));
  for (const { on, threshold, event, occurrence, ...last } of latest.values()) {
    const thresholdUsd = current.get(threshold) ?? last.thresholdUsd;
    if (on !== 'actual' || event !== 'passed' || spent.usd >= thresholdUsd) continue;
    const next = { on, threshold, occurrence: occurrence + 1, event: 'under' as const };
    events.push({ ...next, thresholdUsd, usd: spent.usd, day: settledTo });
  }
  return events;
}
