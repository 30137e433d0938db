import type { BudgetFigure, DayCost, SeriesKind } from '#libs/database';
import {
  addDays,
  evaluateBudget,
  FORECAST_HISTORY_DAYS,
  listPeriods,
  planBudgetEvents,
  type BudgetEvent,
  type BudgetTarget,
  type Day,
  type DayWindow,
} from '#libs/domain';
import type { SyncWork } from '../task.js';
import { borneDays, costOf, hubsOf, type Bearers, type KnownDays } from './known-days.js';

/** So long after a period, days of it settle. */
const NEWS_DAYS = 10;

/** Every budget of the file in each of its periods since a day, with what happened to it since the last run. */
export async function evaluateBudgets(
  { config, session, today }: SyncWork,
  known: KnownDays,
  since: Day,
): Promise<BudgetFigure[]> {
  const recorded = await session.listBudgetEvents();
  const seenBefore = new Set(await session.listBudgetNames());
  const figures: BudgetFigure[] = [];
  for (const budget of config.budgets) {
    const periods = listPeriods(budget, since, today);
    const [kind, filter] = seriesOf(budget.target);
    const until = addDays(known.settledTo ?? today, 1);
    const historyFrom = addDays(until, -FORECAST_HISTORY_DAYS);
    const from = periods[0]!.from < historyFrom ? periods[0]!.from : historyFrom;
    const costs = await session.listCostSeries(kind, { from, until }, filter);
    const borne = borneDays(known, bearersOf(budget.target, costs));
    for (const period of periods) {
      const state = evaluateBudget(budget, period, costOf(known, borne, costs, period, today), today);
      const earlier = recorded.filter((event) => event.budget === budget.name && event.periodFrom === period.from);
      const events = planBudgetEvents(state, known.settledTo, earlier);
      const isToldOf = (event: BudgetEvent) =>
        config.webhook !== undefined &&
        !isOfChangedBudget(event, earlier) &&
        isNews(event, period, today, seenBefore.has(budget.name));
      figures.push({
        budget,
        state,
        settledTo: known.settledTo,
        events: events.map((event) => ({ ...event, alert: isToldOf(event) ? 'pending' : 'none' })),
      });
    }
  }
  return figures;
}

/**
 * Of a period that is over, what its last days or a restatement did is news; what somebody finds who adds a budget or changes
 * its amount later is not.
 */
function isNews({ occurrence }: BudgetEvent, period: DayWindow, today: Day, isSeenBefore: boolean): boolean {
  if (period.until > today) return true;
  return isSeenBefore && (occurrence > 1 || addDays(period.until, NEWS_DAYS) > today);
}

/** Whoever raises an amount knows that the budget is under its thresholds again. */
function isOfChangedBudget(
  { event, on, threshold, thresholdUsd }: BudgetEvent,
  earlier: readonly BudgetEvent[],
): boolean {
  const before = earlier.findLast((one) => one.on === on && one.threshold === threshold);
  return event === 'under' && before !== undefined && before.thresholdUsd !== thresholdUsd;
}

function bearersOf(target: BudgetTarget, costs: readonly DayCost[]): Bearers {
  if (target.kind === 'group') return { by: 'groups', hubs: hubsOf(costs) };
  const isOfUsers = target.kind === 'user' || (target.kind === 'hub' && target.basis === 'allocated');
  return isOfUsers ? { by: 'usage', hubs: [target.hub] } : { by: 'tag' };
}

function seriesOf(target: BudgetTarget): [SeriesKind, { hub?: string | undefined; name?: string }] {
  switch (target.kind) {
    case 'cluster':
      return ['cluster', {}];
    case 'hub':
      return [target.basis === 'tagged' ? 'hub' : 'allocated', { hub: target.hub }];
    case 'group':
      return ['group', { hub: target.hub, name: target.usergroup }];
    case 'user':
      return ['user', { hub: target.hub, name: target.username }];
  }
}
