import { planTrend } from './trend-windows.js';

const TODAY = '2026-11-24';
const plan = (from: string, until: string, comparison: 'window' | 'month') => {
  const trend = planTrend({ from, until }, comparison, TODAY);
  return trend && [trend.before.from, trend.before.until, trend.now.from, trend.now.until];
};

it.each([
  // The running day is left out.
  ['2026-11-18', '2026-11-25', 'window', ['2026-11-12', '2026-11-18', '2026-11-18', '2026-11-24']],
  ['2026-11-01', '2026-11-25', 'month', ['2026-10-01', '2026-10-24', '2026-11-01', '2026-11-24']],
  ['2026-10-01', '2026-11-01', 'window', ['2026-09-01', '2026-10-01', '2026-10-01', '2026-11-01']],
  ['2026-10-01', '2026-11-01', 'month', ['2026-09-01', '2026-10-01', '2026-10-01', '2026-11-01']],
  ['2026-07-01', '2026-10-01', 'window', ['2026-04-01', '2026-07-01', '2026-07-01', '2026-10-01']],
  ['2026-03-01', '2026-03-31', 'month', ['2026-02-01', '2026-03-01', '2026-03-01', '2026-03-31']],
  // As many days, where the month before ends earlier or later, and in windows around its end.
  ['2026-03-29', '2026-04-01', 'month', ['2026-02-26', '2026-03-01', '2026-03-29', '2026-04-01']],
  ['2026-10-26', '2026-11-01', 'month', ['2026-09-25', '2026-10-01', '2026-10-26', '2026-11-01']],
  ['2026-02-27', '2026-03-04', 'month', ['2026-01-30', '2026-02-04', '2026-02-27', '2026-03-04']],
  ['2026-10-24', '2026-11-25', 'month', ['2026-09-23', '2026-10-24', '2026-10-24', '2026-11-24']],
  // Longer than a month.
  ['2026-02-10', '2026-03-11', 'month', ['2026-01-12', '2026-02-10', '2026-02-10', '2026-03-11']],
  ['2026-08-10', '2026-10-10', 'month', ['2026-06-10', '2026-08-10', '2026-08-10', '2026-10-10']],
  ['2026-07-01', '2026-10-01', 'month', ['2026-04-01', '2026-07-01', '2026-07-01', '2026-10-01']],
] as const)('%s until %s by %s', (from, until, comparison, expected) => {
  expect(plan(from, until, comparison)).toEqual(expected);
});

it('has nothing to compare while no day is complete', () => {
  expect(plan('2026-11-24', '2026-11-25', 'window')).toBeUndefined();
});
