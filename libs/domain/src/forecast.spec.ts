import fc from 'fast-check';
import { backtest, tableRow } from '../testing/backtest.js';
import { expectDocumented } from '../testing/documented.js';
import { madeSeries, makeSeries } from '../testing/made-series.js';
import { addDays } from './day.js';
import { forecastCost, LEAST_HISTORY_DAYS, type Forecast } from './forecast.js';

const TO = '2026-11-20';
const REST_OF_MONTH = { from: '2026-11-21', until: '2026-12-01' };
const forecast = (usd: readonly (number | undefined)[], window = REST_OF_MONTH) =>
  forecastCost({ to: TO, usd }, window) as Forecast;

const isWeekend = (day: string) => [0, 6].includes(new Date(`${day}T00:00Z`).getUTCDay());

const week = (first: string) => [0, 1, 2, 3, 4].map((days) => addDays(first, days));

/** Ten weeks up to TO. */
const WORKING_WEEKS = Array.from({ length: 70 }, (_, at) => (isWeekend(addDays(TO, at - 69)) ? 10 : 100));

describe('a forecast', () => {
  it('of a cost that is the same every day is that cost, with no doubt', () => {
    expect(forecast(Array<number>(60).fill(3))).toEqual({
      daysUsd: Array<number>(10).fill(3),
      usd: 30,
      range: { lowUsd: 30, highUsd: 30 },
      historyUsd: Array<number>(60).fill(3),
    });
  });

  it('knows weekends', () => {
    // 21 and 22 November 2026 are a Saturday and a Sunday, as 28 and 29 are.
    const { daysUsd, usd } = forecast(WORKING_WEEKS);
    expect(daysUsd.map((day) => Math.round(day / 100))).toEqual([0, 0, 1, 1, 1, 1, 1, 0, 0, 1]);
    expect(usd).toBeGreaterThan(610);
    expect(usd).toBeLessThan(670);
  });

  it('forgets a burst of three days, and follows a level that moved a week ago', () => {
    const steady = Array<number>(60).fill(10);
    expect(forecast([...steady, 500, 500, 500, 10, 10]).usd).toBe(100);
    expect(forecast([...steady, ...Array<number>(8).fill(30)]).usd).toBe(300);
  });

  it('expects nothing of a cost that stopped three days ago', () => {
    expect(forecast([...Array<number>(60).fill(10), 0, 0, 0]).usd).toBe(0);
  });

  it('is of days that begin later than the day after the history, too', () => {
    const december = { from: '2026-12-01', until: '2027-01-01' };
    expect(forecast(Array<number>(60).fill(2), december)).toMatchObject({ usd: 62 });
    expect(forecast(WORKING_WEEKS, december).daysUsd.map((day) => day > 50)).toEqual(
      Array.from({ length: 31 }, (_, at) => !isWeekend(addDays('2026-12-01', at))),
    );
  });

  it('is unknown, and says why, without three weeks of history', () => {
    expect(forecast([])).toBe('there was no cost yet');
    expect(forecast([0, 0, 0])).toBe('there was no cost yet');
    expect(forecast([...Array<number>(90).fill(0), ...Array<number>(10).fill(5)])).toBe(
      'there are 10 days of history, and 21 are needed',
    );
    expect(typeof forecast(Array<number>(LEAST_HISTORY_DAYS).fill(1))).toBe('object');
  });

  it('takes a day that is not known for a day like the others, never for one without cost', () => {
    const { daysUsd } = forecast(WORKING_WEEKS);
    // 2026-11-19 is a Thursday, 2026-11-15 a Sunday; 9 to 13 November are a whole week of work.
    for (const unknown of [['2026-11-19'], ['2026-11-15'], ['2026-11-20', '2026-11-19'], week('2026-11-09')]) {
      const usd = WORKING_WEEKS.map((day, at) => (unknown.includes(addDays(TO, at - 69)) ? undefined : day));
      expect(forecast(usd)).toMatchObject({ daysUsd, historyUsd: WORKING_WEEKS });
    }
    const everyOther = Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? 3 : undefined));
    expect(forecast(everyOther).usd).toBe(30);
  });

  it('needs three weeks of known days', () => {
    const days = [...Array<number>(20).fill(5), undefined];
    expect(forecast(days)).toBe('there are 20 days of history, and 21 are needed');
    expect(forecast([...days, 5])).toMatchObject({ usd: 50 });
    expect(forecast([undefined, 0, undefined])).toBe('there was no cost yet');
    expect(forecast([undefined, undefined, ...Array<number>(21).fill(5)]).historyUsd).toHaveLength(21);
  });

  it('has no range while there are too few past forecasts to judge by', () => {
    expect(forecast(Array<number>(23).fill(1)).range).toBeUndefined();
    expect(forecast(Array<number>(24).fill(1)).range).toEqual({ lowUsd: 10, highUsd: 10 });
  });

  it('is in proportion to the costs, and lies in its range', () => {
    const costs = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 30, maxLength: 200 });
    fc.assert(
      fc.property(costs, (usd) => {
        const { usd: expected, range } = forecast(usd);
        expect(range!.lowUsd).toBeLessThanOrEqual(expected);
        expect(range!.highUsd).toBeGreaterThanOrEqual(expected);
        expect(range!.lowUsd).toBeGreaterThanOrEqual(0);
        expect(forecast(usd.map((day) => 1024 * day)).usd / 1024).toBeCloseTo(expected, 3);
      }),
      { numRuns: 50 },
    );
  });
});

describe('on made series', () => {
  const DAYS = 396;
  const rows = Object.entries(madeSeries(DAYS)).map(([name, costOf]) => ({
    name,
    rows: backtest(
      '2025-09-01',
      [1, 2, 3].map((seed) => makeSeries(costOf, DAYS, seed)),
    ),
  }));

  it.each(['weekly cycle', 'semester start', 'GPU burst', 'new hub', 'decommissioned hub'])(
    'a forecast of %s beats its rivals on the 5th, 10th and 20th',
    (name) => {
      for (const { onDay, forecast, runRate, lastMonth } of rows.find((one) => one.name === name)!.rows) {
        expect(forecast).toBeLessThan(runRate!);
        // Of the one month that a new hub had before, the same days are as good.
        if (name !== 'new hub' || onDay > 5) expect(forecast).toBeLessThan(lastMonth!);
      }
    },
  );

  it('the range holds in about four of five cases', () => {
    const within = rows.flatMap((one) => one.rows.flatMap((row) => row.within ?? []));
    const mean = within.reduce((sum, one) => sum + one, 0) / within.length;
    expect(mean).toBeGreaterThan(75);
    expect(mean).toBeLessThan(92);
  });

  it('is off by what docs/forecasts.md says', () => {
    for (const { name, rows: ofSeries } of rows) {
      for (const row of ofSeries) expectDocumented(tableRow(name, row));
    }
  });

  it('a new hub is unknown in its first month of three weeks and less', () => {
    const { rows: ofNewHub } = rows.find(({ name }) => name === 'new hub')!;
    expect(ofNewHub.map(({ unknown }) => unknown)).toEqual([3, 3, 3]);
  });
});
