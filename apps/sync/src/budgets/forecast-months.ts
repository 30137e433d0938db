import type { DayCost, MonthForecast } from '#libs/database';
import { addDays, evaluateBudget, FORECAST_HISTORY_DAYS, firstOfMonth, periodAt, type Budget } from '#libs/domain';
import type { SyncWork } from '../task.js';
import { borneDays, costOf, hubsOf, type Bearers, type KnownDays } from './known-days.js';

/** A cost without a limit: what is spent of it and expected of it is found as for a budget. */
const WITHOUT_LIMIT: Omit<Budget, 'target'> = {
  name: '',
  period: 'month',
  amountUsd: 1n,
  spentBeforeUsd: 0n,
  thresholds: [],
};

const KINDS = ['cluster', 'hub', 'group', 'component'] as const;

/** The cost of this month, of everything that had a cost in this month or the last one. */
export async function forecastMonths({ session, today }: SyncWork, known: KnownDays): Promise<MonthForecast[]> {
  const { settledTo } = known;
  if (settledTo === undefined) return [];
  const period = periodAt('month', today);
  const window = { from: addDays(settledTo, 1 - FORECAST_HISTORY_DAYS), until: addDays(settledTo, 1) };
  const forecasts: MonthForecast[] = [];
  for (const kind of KINDS) {
    for (const [name, costs] of byName(kind, await session.listCostSeries(kind, window))) {
      if (!costs.some(({ day }) => day >= firstOfMonth(today, -1))) continue;
      const bearers: Bearers = kind === 'group' ? { by: 'groups', hubs: hubsOf(costs) } : { by: 'tag' };
      const cost = costOf(known, borneDays(known, bearers), costs, period, today);
      const { spent, forecast } = evaluateBudget(
        { ...WITHOUT_LIMIT, target: { kind: 'cluster' } },
        period,
        cost,
        today,
      );
      forecasts.push({
        kind,
        name,
        month: period.from,
        settledTo,
        spentUsd: 'usd' in spent ? spent.usd : undefined,
        forecast: 'usd' in forecast ? forecast : forecast.reason,
      });
    }
  }
  return forecasts;
}

/** A group is one on all hubs. */
function byName(kind: (typeof KINDS)[number], costs: readonly DayCost[]): Map<string, DayCost[]> {
  const named = new Map<string, DayCost[]>();
  for (const cost of costs) {
    const name = kind === 'hub' ? cost.hub : cost.name;
    const own = named.get(name);
    if (own) own.push(cost);
    else named.set(name, [cost]);
  }
  return named;
}
