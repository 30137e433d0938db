import type { BudgetFigure, SeriesKind } from '#libs/database';
import {
  addDays,
  evaluateBudget,
  FORECAST_HISTORY_DAYS,
  listPeriods,
  planBudgetEvents,
  type BudgetTarget,
  type Day,
} from '#libs/domain';
import type { SyncWork } from '../task.js';
import { costOf, type KnownDays } from './known-days.js';

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
    for (const period of periods) {
      const state = evaluateBudget(budget, period, costOf(known, costs, period, today), today);
      const events = planBudgetEvents(
        state,
        known.settledTo,
        recorded.filter((event) => event.budget === budget.name && event.periodFrom === period.from),
      );
      // What a period that was over before anybody set its budget passed is recorded, and no news.
      const isNews = seenBefore.has(budget.name) || period.until > today;
      const alert = config.webhook && isNews ? 'pending' : 'none';
      figures.push({ budget, state, settledTo: known.settledTo, events, alert });
    }
  }
  return figures;
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
