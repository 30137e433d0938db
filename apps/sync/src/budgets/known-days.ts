import type { DayCost } from '#libs/database';
import {
  addDays,
  countDays,
  FORECAST_HISTORY_DAYS,
  forecastCost,
  formatUsd,
  type BudgetCost,
  type CostHistory,
  type Day,
  type DayWindow,
  type Usd,
} from '#libs/domain';
import type { SyncWork } from '../task.js';

/** Cost Explorer needs a day after the end of one to complete it. */
const DAYS_TO_SETTLE = 2;
/** What was known so long ago says nothing of the days to come. */
const OLDEST_DAYS = 7;

/** The days whose cost is settled, in order. */
export interface KnownDays {
  readonly days: ReadonlySet<Day>;
  /** Of these, the days of which the usage was read too. */
  readonly withUsage: ReadonlySet<Day>;
  /** And of these, the days of which it is known who was in which group. */
  readonly withGroups: ReadonlySet<Day>;
  readonly settledTo: Day | undefined;
}

export async function readKnownDays({ session, today }: SyncWork, since: Day): Promise<KnownDays> {
  const rows = await session.listReadDays({ from: since, until: addDays(today, 1 - DAYS_TO_SETTLE) });
  const withUsage = rows.filter(({ isUsageRead }) => isUsageRead);
  return {
    days: new Set(rows.map(({ day }) => day)),
    withUsage: new Set(withUsage.map(({ day }) => day)),
    withGroups: new Set(withUsage.filter(({ areGroupsRead }) => areGroupsRead).map(({ day }) => day)),
    settledTo: rows.at(-1)?.day,
  };
}

/**
 * The cost of each known day, and the forecast of a period's days after them.
 *
 * @param borne the days of which it is known who bears their cost.
 */
export function costOf(
  known: KnownDays,
  borne: ReadonlySet<Day>,
  costs: readonly DayCost[],
  period: DayWindow,
  today: Day,
): BudgetCost {
  const byDay = new Map<Day, Usd>([...known.days].map((day) => [day, 0n]));
  for (const { day, usd } of costs) {
    const sum = byDay.get(day);
    if (sum !== undefined) byDay.set(day, sum + usd);
  }
  return { days: byDay, borne, settledTo: known.settledTo, forecast: forecastOf(known, byDay, period, today) };
}

function forecastOf({ settledTo }: KnownDays, byDay: ReadonlyMap<Day, Usd>, period: DayWindow, today: Day) {
  if (settledTo === undefined) return 'no day is settled yet';
  const age = countDays({ from: settledTo, until: today });
  if (age > OLDEST_DAYS) return `the newest settled day is ${age} days old`;
  const next = addDays(settledTo, 1);
  if (period.until <= next) return 'the period is over';
  const rest = { from: period.from > next ? period.from : next, until: period.until };
  return forecastCost(historyTo(settledTo, byDay), rest);
}

/** The days up to one, as far back as there is no gap. */
function historyTo(to: Day, byDay: ReadonlyMap<Day, Usd>): CostHistory {
  const usd: number[] = [];
  for (let day = to; usd.length < FORECAST_HISTORY_DAYS && byDay.has(day); day = addDays(day, -1)) {
    usd.push(Number(formatUsd(byDay.get(day)!)));
  }
  return { to, usd: usd.toReversed() };
}
