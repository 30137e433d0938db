import type { BudgetFigures } from '#libs/database';
import { addDays, FORECAST_HISTORY_DAYS, firstOfMonth, periodAt, type Day } from '#libs/domain';
import { deliverAlerts } from '../budgets/deliver-alerts.js';
import { evaluateBudgets } from '../budgets/evaluate-budgets.js';
import { findAnomalies, JUDGED_DAYS, judgedDays } from '../budgets/find-anomalies.js';
import { forecastMonths } from '../budgets/forecast-months.js';
import { readKnownDays } from '../budgets/known-days.js';
import { skippedSummary, type SourceSummary } from '../run-summary.js';
import type { SyncWork } from '../task.js';
import { recordRun } from './record-run.js';

/**
 * Derives budgets, forecasts and anomalies from what is stored, and tells the webhook what is new. Costs nothing; with
 * nothing new it records no run.
 */
export async function keepBudgets(work: SyncWork): Promise<SourceSummary> {
  const derived = await deriveFigures(work).then(
    (figures) => ({ figures }),
    (error: unknown) => ({ error }),
  );
  if ('figures' in derived && (await hasNothingNew(work, derived.figures))) {
    return skippedSummary('budgets', 'nothing changed');
  }
  const window = 'figures' in derived ? derived.figures.judged : judgedDays(NO_DAYS, work.today);
  return recordRun(work, { source: 'budgets', window }, async (run, tally) => {
    if ('error' in derived) throw derived.error;
    tally.rowsWritten = await work.session.replaceBudgetFigures(run, derived.figures);
    const undelivered = await deliverAlerts(work, run);
    if (undelivered !== undefined) tally.notes.push(undelivered);
  });
}

async function deriveFigures(work: SyncWork): Promise<BudgetFigures> {
  const { today } = work;
  // Costs of older months do not change.
  const periodsSince = firstOfMonth(today, -1);
  const known = await readKnownDays(work, firstDayNeeded(work, periodsSince));
  const judged = judgedDays(known, today);
  return {
    budgets: await evaluateBudgets(work, known, periodsSince),
    periodsSince,
    forecasts: await forecastMonths(work, known),
    anomalies: await findAnomalies(work, known, judged),
    judged,
  };
}

/** Of the history, or of a period that began before it. */
function firstDayNeeded({ config, today }: SyncWork, periodsSince: Day): Day {
  const history = addDays(today, -FORECAST_HISTORY_DAYS - JUDGED_DAYS);
  const periods = config.budgets.map(({ period }) =>
    typeof period === 'object' ? period : periodAt(period, periodsSince),
  );
  return [history, ...periods.map(({ from }) => from)].sort()[0]!;
}

async function hasNothingNew({ session }: SyncWork, figures: BudgetFigures): Promise<boolean> {
  return (await session.listPendingAlerts()).length === 0 && (await session.areBudgetFiguresStored(figures));
}

const NO_DAYS = { days: new Map<never, never>(), settledTo: undefined };
