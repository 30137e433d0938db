import { addDays, countDays, eachDay, firstOfMonth, type Day, type DayWindow } from './day.js';
import type { Forecast } from './forecast.js';
import { parseUsd, sumUsd, type Usd } from './usd.js';

export const BUDGET_INTERVALS = ['month', 'quarter', 'year'] as const;
export type BudgetInterval = (typeof BUDGET_INTERVALS)[number];

/** Whose cost a budget is for. A hub's is its tagged cost or what its users bear; a group's is split cost. */
export type BudgetTarget =
  | { readonly kind: 'cluster' }
  | { readonly kind: 'hub'; readonly hub: string; readonly basis: 'tagged' | 'allocated' }
  | { readonly kind: 'group'; readonly usergroup: string; readonly hub: string | undefined }
  | { readonly kind: 'user'; readonly username: string; readonly hub: string };

/** Of the cost so far, or of what is expected at the end of the period. */
export type Measured = 'actual' | 'forecast';

export type BudgetThreshold = { readonly on: Measured } & (
  | { readonly percent: number }
  | { readonly usd: Usd }
  /** Each multiple of it. */
  | { readonly everyUsd: Usd }
);

export interface Budget {
  readonly name: string;
  readonly target: BudgetTarget;
  /** How often it begins anew, or the only days that it is for. */
  readonly period: BudgetInterval | DayWindow;
  readonly amountUsd: Usd;
  /** What of the amount had been spent before the period's first day. */
  readonly spentBeforeUsd: Usd;
  readonly thresholds: readonly BudgetThreshold[];
}

/** What is known of the cost that a budget is for. */
export interface BudgetCost {
  /** Of each settled day that is stored; 0 where there was none. */
  readonly days: ReadonlyMap<Day, Usd>;
  /** The days of which it is known who bears their cost: of others the amount is too low. */
  readonly borne: ReadonlySet<Day>;
  /** The newest settled day. */
  readonly settledTo: Day | undefined;
  /** Of the days of the period after it; or why it is unknown. */
  readonly forecast: Forecast | string;
}

export interface ThresholdState {
  /** `80%` or `500 USD`. */
  readonly threshold: string;
  readonly on: Measured;
  readonly usd: Usd;
  /** The first day that took the cost there, or the newest settled day whose forecast does; undefined: not passed. */
  readonly passedOn: Day | undefined;
}

/** A budget in one of its periods. What is unknown has a reason. */
export interface BudgetState {
  readonly period: DayWindow;
  readonly spent: { readonly usd: Usd } | { readonly reason: string };
  /** Days of the period, up to the newest settled one, whose cost is not in `spent`: not stored, or nobody knows who bears it. */
  readonly missingDays: number;
  readonly forecast:
    | { readonly usd: Usd; readonly range: { readonly lowUsd: Usd; readonly highUsd: Usd } | undefined }
    | { readonly reason: string };
  /** The day on which the amount was spent, or is expected to be; undefined: not in this period, or unknown. */
  readonly runOutOn: Day | undefined;
  readonly thresholds: readonly ThresholdState[];
}

const UNREAD = 'usage of no day of the period was read';
/** Of more days than these a forecast would be guesswork. */
const MOST_UNREAD_DAYS = 7;

/** The period that a day is in. */
export function periodAt(interval: BudgetInterval, day: Day): DayWindow {
  const months = { month: 1, quarter: 3, year: 12 }[interval];
  const from = firstOfMonth(day, -((Number(day.slice(5, 7)) - 1) % months));
  return { from, until: firstOfMonth(from, months) };
}

/** The periods of a budget that have days from `since` to `today`; the only one of a budget that has one, in any case. */
export function listPeriods({ period }: Budget, since: Day, today: Day): DayWindow[] {
  if (typeof period === 'object') return [period];
  const periods: DayWindow[] = [];
  for (let day = since; day <= today; day = periods.at(-1)!.until) periods.push(periodAt(period, day));
  return periods;
}

/** Where a budget stands. `cost.forecast` is of the period's days after the newest settled one. */
export function evaluateBudget(budget: Budget, period: DayWindow, cost: BudgetCost, today: Day): BudgetState {
  const { amountUsd, spentBeforeUsd, target } = budget;
  const last = addDays(period.until, -1);
  const { settledTo } = cost;
  const known =
    settledTo === undefined || settledTo < period.from
      ? []
      : eachDay({ from: period.from, until: addDays(settledTo < last ? settledTo : last, 1) });
  const stored = known.filter((day) => cost.days.has(day));
  const unstored = known.length - stored.length;
  const unread = stored.filter((day) => !cost.borne.has(day));
  const borne = stored.length - unread.length;
  const spentUsd = spentBeforeUsd + sumUsd(stored.map((day) => cost.days.get(day)!));
  const isOver = settledTo !== undefined && settledTo >= last;
  const whyUnspent =
    period.from > today
      ? 'the period has not begun'
      : known.length === 0
        ? 'no day of the period is settled yet'
        : stored.length === 0
          ? 'no day of the period is stored'
          : borne === 0
            ? UNREAD
            : undefined;

  const unseenUsd = expectedBeyond(cost, unread);
  let forecast: BudgetState['forecast'];
  if (period.from > today) forecast = { reason: 'the period has not begun' };
  else if (target.kind === 'user') forecast = { reason: 'a user has no forecast' };
  else if (unstored > 0) forecast = { reason: `${unstored} of the days of the period are not stored` };
  else if (stored.length > 0 && borne === 0) forecast = { reason: UNREAD };
  else if (isOver) forecast = { usd: spentUsd, range: { lowUsd: spentUsd, highUsd: spentUsd } };
  else if (typeof cost.forecast === 'string') forecast = { reason: cost.forecast };
  else if (unread.length > MOST_UNREAD_DAYS || unseenUsd === undefined) {
    forecast = { reason: `usage of ${unread.length} of the days of the period was not read` };
  } else forecast = addedTo(spentUsd + unseenUsd, cost.forecast);

  const amounts = stored.map((day) => [day, cost.days.get(day)!] as const);
  const expected = 'usd' in forecast && !isOver ? expectedDays(cost, period, unseenUsd ?? 0n) : [];
  const passing = (usd: Usd) => firstDayAt(usd, spentBeforeUsd, amounts, period.from);
  const thresholds = listThresholds(budget, spentUsd, 'usd' in forecast ? forecast.usd : 0n).map((threshold) => {
    if (threshold.on === 'actual') {
      const isPassed = whyUnspent === undefined && spentUsd >= threshold.usd;
      return { ...threshold, passedOn: isPassed ? passing(threshold.usd) : undefined };
    }
    const isPassed = whyUnspent === undefined && !isOver && 'usd' in forecast && forecast.usd >= threshold.usd;
    return { ...threshold, passedOn: isPassed ? settledTo : undefined };
  });
  return {
    period,
    spent: whyUnspent === undefined ? { usd: spentUsd } : { reason: whyUnspent },
    missingDays: known.length - borne,
    forecast,
    runOutOn: firstDayAt(amountUsd, spentBeforeUsd, [...amounts, ...expected], period.from),
    thresholds,
  };
}

/** The first day with which what is spent is that much. */
function firstDayAt(usd: Usd, before: Usd, days: readonly (readonly [Day, Usd])[], from: Day): Day | undefined {
  if (before >= usd) return from;
  let spent = before;
  return days.find(([, amount]) => (spent += amount) >= usd)?.[0];
}

/** What unread days are expected to have cost beside what is known of them; undefined: unknown. */
function expectedBeyond({ forecast, settledTo, days }: BudgetCost, unread: readonly Day[]): Usd | undefined {
  let sum = 0n;
  for (const day of unread) {
    const at = -1 - countDays({ from: day, until: settledTo! });
    const usd = typeof forecast === 'string' ? undefined : forecast.historyUsd.at(at);
    if (usd === undefined) return undefined;
    const beyond = estimated(usd) - days.get(day)!;
    if (beyond > 0n) sum += beyond;
  }
  return sum;
}

/** @param unseenUsd what may have been spent before them, unseen. */
function expectedDays({ forecast, settledTo }: BudgetCost, period: DayWindow, unseenUsd: Usd): (readonly [Day, Usd])[] {
  if (typeof forecast === 'string' || settledTo === undefined) return [];
  const first = settledTo < period.from ? period.from : addDays(settledTo, 1);
  return forecast.daysUsd.map((usd, at) => [addDays(first, at), estimated(usd) + (at === 0 ? unseenUsd : 0n)] as const);
}

function addedTo(
  spentUsd: Usd,
  { usd, range }: Forecast,
): { usd: Usd; range: { lowUsd: Usd; highUsd: Usd } | undefined } {
  return {
    usd: spentUsd + estimated(usd),
    range: range && { lowUsd: spentUsd + estimated(range.lowUsd), highUsd: spentUsd + estimated(range.highUsd) },
  };
}

/** An estimate, to the cent. */
export function estimated(usd: number): Usd {
  return parseUsd(usd.toFixed(2));
}

/** More multiples than these are not told apart. */
const MOST_MULTIPLES = 200n;
const CENT = 10n ** 8n;

function listThresholds(
  { thresholds, amountUsd }: Budget,
  spentUsd: Usd,
  forecastUsd: Usd,
): Omit<ThresholdState, 'passedOn'>[] {
  const listed = new Map<string, Omit<ThresholdState, 'passedOn'>>();
  const add = (on: Measured, threshold: string, usd: Usd) => listed.set(`${on} ${threshold}`, { threshold, on, usd });
  for (const threshold of thresholds) {
    const { on } = threshold;
    if ('percent' in threshold) {
      add(on, `${threshold.percent}%`, (amountUsd * BigInt(Math.round(threshold.percent * 100))) / 10_000n);
    } else if ('usd' in threshold) add(on, labelOf(threshold.usd), threshold.usd);
    else {
      const measured = on === 'actual' ? spentUsd : forecastUsd;
      const highest = measured > amountUsd ? measured : amountUsd;
      for (let count = 1n; count <= MOST_MULTIPLES && count * threshold.everyUsd <= highest; count += 1n) {
        add(on, labelOf(count * threshold.everyUsd), count * threshold.everyUsd);
      }
    }
  }
  return [...listed.values()];
}

function labelOf(usd: Usd): string {
  const cents = (usd % (100n * CENT)) / CENT;
  return `${usd / (100n * CENT)}${cents === 0n ? '' : `.${cents.toString().padStart(2, '0')}`} USD`;
}
