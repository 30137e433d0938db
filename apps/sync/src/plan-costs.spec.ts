import type { CostDay, CostReadingBasis } from '#libs/database';
import { eachDay, type Day } from '#libs/domain';
import { planCostBackfill, planCostWindow } from './plan-costs.js';

const TODAY = '2026-11-24';
const BASIS: CostReadingBasis = { costBasis: 'amortized', attributionDigest: 'a' };
const stored = (from: Day, until: Day, basis = BASIS): CostDay[] =>
  eachDay({ from, until }).map((day) => ({ day, ...basis }));

/** All that a service which has run all along has stored by the morning of TODAY. */
const COMPLETE = stored('2025-10-01', '2026-11-24');

describe('the days whose costs a run reads', () => {
  it('go back 13 months to the first of the month when nothing is stored', () => {
    expect(planCostWindow(TODAY, BASIS, [], undefined)).toEqual({ from: '2025-10-01', until: '2026-11-25' });
  });

  it('go back to the first of last month, and end with today, once all is stored', () => {
    expect(planCostWindow(TODAY, BASIS, COMPLETE, undefined)).toEqual({ from: '2026-10-01', until: '2026-11-25' });
  });

  it('go back to December in January', () => {
    const all = stored('2024-12-01', '2026-01-05');
    expect(planCostWindow('2026-01-05', BASIS, all, undefined)).toEqual({ from: '2025-12-01', until: '2026-01-06' });
  });

  it('go back to the first day that is missing', () => {
    const gaps = COMPLETE.filter(({ day }) => day !== '2026-03-29' && day !== '2026-07-01');
    expect(planCostWindow(TODAY, BASIS, gaps, undefined)).toEqual({ from: '2026-03-29', until: '2026-11-25' });
  });

  it('do not go back for a day that the regular window holds anyway', () => {
    const gap = COMPLETE.filter(({ day }) => day !== '2026-10-15');
    expect(planCostWindow(TODAY, BASIS, gap, undefined)).toEqual({ from: '2026-10-01', until: '2026-11-25' });
  });

  it('go back 13 months when only a backfill has stored something', () => {
    expect(planCostWindow(TODAY, BASIS, stored('2026-09-01', '2026-09-03'), undefined)).toEqual({
      from: '2025-10-01',
      until: '2026-11-25',
    });
  });

  it.each<[string, CostReadingBasis]>([
    ['cost basis', { costBasis: 'unblended', attributionDigest: 'a' }],
    ['attribution', { costBasis: 'amortized', attributionDigest: 'b' }],
  ])('are all that Cost Explorer knows when one day has another %s', (_, other) => {
    const mixed = [...COMPLETE.slice(0, -1), { day: '2026-11-23', ...other }];
    expect(planCostWindow(TODAY, BASIS, mixed, undefined)).toEqual({ from: '2025-10-01', until: '2026-11-25' });
  });

  it('are not more for a day of another basis that Cost Explorer has forgotten', () => {
    const old: CostDay = { day: '2025-09-30', costBasis: 'unblended', attributionDigest: 'b' };
    expect(planCostWindow(TODAY, BASIS, [old, ...COMPLETE], undefined)).toEqual({
      from: '2026-10-01',
      until: '2026-11-25',
    });
  });
});

describe('of an account whose first day with costs is known, the days whose costs a run reads', () => {
  const first = '2026-11-04';
  const young = stored(first, '2026-11-24');

  it('begin with that day, not with the first of last month', () => {
    expect(planCostWindow(TODAY, BASIS, young, first)).toEqual({ from: first, until: '2026-11-25' });
  });

  it('go back to the first day that is missing since', () => {
    const gap = stored('2026-06-10', '2026-11-24').filter(({ day }) => day !== '2026-07-01');
    expect(planCostWindow(TODAY, BASIS, gap, '2026-06-10').from).toBe('2026-07-01');
  });

  it('go back to that day when the basis has changed', () => {
    const other = { ...BASIS, costBasis: 'unblended' } as const;
    expect(planCostWindow(TODAY, other, young, first).from).toBe(first);
  });

  it('are the usual ones once the account has come of age', () => {
    expect(planCostWindow(TODAY, BASIS, COMPLETE, '2023-01-01').from).toBe('2026-10-01');
  });
});

describe('the days whose costs a backfill reads', () => {
  it('are the days that were asked for', () => {
    const asked = { from: '2026-03-01', until: '2026-04-01' };
    expect(planCostBackfill(TODAY, asked)).toEqual(asked);
  });

  it('begin where Cost Explorer begins to remember', () => {
    expect(planCostBackfill(TODAY, { from: '2025-01-01', until: '2025-10-03' })).toEqual({
      from: '2025-10-01',
      until: '2025-10-03',
    });
  });

  it('are none when Cost Explorer has forgotten them all', () => {
    expect(planCostBackfill(TODAY, { from: '2025-01-01', until: '2025-10-01' })).toBeUndefined();
  });
});
