import { addDays, countDays, eachDay, firstOfMonth, type Day } from '../src/day.js';
import { forecastCost } from '../src/forecast.js';
import { mean } from '../src/statistics.js';

/** How far forecasts of a month were off on one of its days, in percent of what the month cost; undefined: no method said anything. */
export interface BacktestRow {
  readonly onDay: number;
  readonly forecast: number | undefined;
  readonly runRate: number | undefined;
  readonly lastMonth: number | undefined;
  /** Percent of the months that ended within the range. */
  readonly within: number | undefined;
  /** Forecasts that were not made for want of history. */
  readonly unknown: number;
  readonly months: number;
}

/**
 * Forecasts every month of a series (but the first two) on its 5th, 10th and 20th day as the service would have, and as its
 * rivals: the rate of the month so far, and the same days of the month before.
 */
export function backtest(first: Day, series: readonly (readonly number[])[]): BacktestRow[] {
  return [5, 10, 20].map((onDay) => {
    const errors: Record<'forecast' | 'runRate' | 'lastMonth' | 'within', number[]> = {
      forecast: [],
      runRate: [],
      lastMonth: [],
      within: [],
    };
    let unknown = 0;
    let months = 0;
    for (const usd of series) {
      const costOn = (day: Day) => usd[countDays({ from: first, until: day })] ?? 0;
      const costOf = (from: Day, until: Day) => eachDay({ from, until }).reduce((sum, day) => sum + costOn(day), 0);
      const end = addDays(first, usd.length);
      for (let month = firstOfMonth(first, 2); firstOfMonth(month, 1) <= end; month = firstOfMonth(month, 1)) {
        const next = firstOfMonth(month, 1);
        const actual = costOf(month, next);
        const until = addDays(month, onDay);
        const spent = costOf(month, until);
        if (actual === 0) continue;
        months += 1;
        const history = { to: addDays(until, -1), usd: usd.slice(0, countDays({ from: first, until })) };
        const forecast = forecastCost(history, { from: until, until: next });
        if (typeof forecast === 'string') {
          unknown += 1;
          continue;
        }
        const off = (expected: number) => (100 * Math.abs(expected - actual)) / actual;
        errors.forecast.push(off(spent + forecast.usd));
        errors.runRate.push(off((spent / onDay) * countDays({ from: month, until: next })));
        const before = firstOfMonth(month, -1);
        errors.lastMonth.push(off(spent + costOf(addDays(before, onDay), month)));
        const { range } = forecast;
        if (range) errors.within.push(actual - spent >= range.lowUsd && actual - spent <= range.highUsd ? 100 : 0);
      }
    }
    const meanOf = (numbers: readonly number[]) => (numbers.length > 0 ? mean(numbers) : undefined);
    return {
      onDay,
      forecast: meanOf(errors.forecast),
      runRate: meanOf(errors.runRate),
      lastMonth: meanOf(errors.lastMonth),
      within: meanOf(errors.within),
      unknown,
      months,
    };
  });
}

/** As a row of the table in docs/forecasts.md. */
export function tableRow(name: string, { onDay, forecast, runRate, lastMonth, within }: BacktestRow): string {
  const cells = [forecast, runRate, lastMonth].map((error) => (error === undefined ? '' : error.toFixed(1)));
  return `| ${[name, onDay, ...cells, within === undefined ? '' : within.toFixed(0)].join(' | ')} |`;
}
