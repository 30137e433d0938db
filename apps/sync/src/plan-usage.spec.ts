import { eachDay, type Day } from '#libs/domain';
import { DATASETS } from '#libs/prometheus';
import { listUnreadUsageDays, planUsageBackfill, planUsageDays, windowOf, type StoredUsageDay } from './plan-usage.js';

const TODAY = '2026-11-24';
const WINDOW_START = '2025-10-01';
const stored = (from: Day, until: Day, status: StoredUsageDay['status']): StoredUsageDay[] =>
  eachDay({ from, until }).flatMap((day) => DATASETS.map((dataset) => ({ day, dataset, status })));

const dueDays = (before: readonly StoredUsageDay[]): Day[] => planUsageDays(TODAY, before).map(({ day }) => day);

describe('the days whose usage a run reads', () => {
  it('are 13 months, oldest first, up to today, when nothing was read', () => {
    const days = dueDays([]);
    // 92 days of October to December 2025, 304 of January to October 2026, 24 of November.
    expect(days).toHaveLength(92 + 304 + 24);
    expect([days[0], days.at(-1)]).toEqual([WINDOW_START, TODAY]);
  });

  it('leave out final days and keep provisional ones', () => {
    const before = [
      ...stored(WINDOW_START, '2026-11-23', 'final'),
      ...stored('2026-11-23', '2026-11-25', 'provisional'),
    ];
    expect(dueDays(before)).toEqual(['2026-11-23', '2026-11-24']);
  });

  it('hold a missing day for a week and then no longer', () => {
    const gap = [
      ...stored(WINDOW_START, '2026-11-16', 'final'),
      ...stored('2026-11-16', '2026-11-18', 'missing'),
      ...stored('2026-11-18', TODAY, 'final'),
    ];
    expect(dueDays(gap)).toEqual(['2026-11-17', '2026-11-24']);
  });

  it('hold, of a day of which one dataset of three is not final, that one alone', () => {
    const complete = stored(WINDOW_START, TODAY, 'final');
    const partly = complete.map((record) =>
      record.day === '2026-05-05' && record.dataset === 'memberships'
        ? { ...record, status: 'provisional' as const }
        : record,
    );
    expect(planUsageDays(TODAY, partly)).toEqual([
      { day: '2026-05-05', datasets: ['memberships'] },
      { day: '2026-11-24', datasets: ['compute', 'home storage', 'memberships'] },
    ]);
  });

  it('hold a day that was never read between days that were', () => {
    const hole = stored(WINDOW_START, TODAY, 'final').filter(({ day }) => day !== '2026-08-31');
    expect(dueDays(hole)).toEqual(['2026-08-31', '2026-11-24']);
  });
});

describe('the days whose usage a backfill reads', () => {
  it('are those that were asked for, with all their datasets', () => {
    const datasets = ['compute', 'home storage', 'memberships'];
    expect(planUsageBackfill({ from: '2026-05-05', until: '2026-05-07' })).toEqual([
      { day: '2026-05-05', datasets },
      { day: '2026-05-06', datasets },
    ]);
  });
});

describe('unread days of usage', () => {
  it('are those without any record, but not today', () => {
    const hole = stored(WINDOW_START, TODAY, 'missing').filter(({ day }) => day !== '2026-11-01');
    expect(listUnreadUsageDays(TODAY, hole)).toEqual(['2026-11-01']);
  });
});

describe('the window of some days', () => {
  it('reaches from the first to the end of the last', () => {
    expect(windowOf(['2026-02-27', '2026-02-28'])).toEqual({ from: '2026-02-27', until: '2026-03-01' });
  });

  it('is none for no days', () => {
    expect(windowOf([])).toBeUndefined();
  });
});
