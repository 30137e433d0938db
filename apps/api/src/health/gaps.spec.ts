import type { UsageGap } from '#libs/database/queries';
import { joinGaps } from './gaps.js';

const day = (dataset: string, on: string, more: Partial<UsageGap> = {}): UsageGap => ({
  cluster: 'alpha',
  dataset,
  hub: '',
  day: on,
  status: 'missing',
  coverage: 0,
  ...more,
});

describe('gaps of usage', () => {
  it('are ranges: days in a row of one status; another status or a day between begins another', () => {
    const gaps = joinGaps([
      day('compute', '2026-10-30'),
      day('compute', '2026-10-31'),
      day('compute', '2026-11-01'),
      day('compute', '2026-11-02', { status: 'partial', coverage: 0.75 }),
      day('compute', '2026-11-03', { status: 'partial', coverage: 0.5 }),
      day('compute', '2026-11-05', { status: 'unread', coverage: null }),
    ]);
    const compute = { cluster: 'alpha', datasets: ['compute'], hubs: [] };
    expect(gaps).toEqual([
      { ...compute, from: '2026-10-30', to: '2026-11-01', status: 'missing', coverage: 0 },
      { ...compute, from: '2026-11-02', to: '2026-11-03', status: 'partial', coverage: 0.5 },
      { ...compute, from: '2026-11-05', to: '2026-11-05', status: 'unread', coverage: null },
    ]);
  });

  it('that datasets or hubs share are one gap', () => {
    const gaps = joinGaps([
      day('compute', '2026-11-02'),
      day('home storage', '2026-11-03', { hub: 'prod' }),
      day('home storage', '2026-11-03', { hub: 'staging' }),
      day('memberships', '2026-11-02'),
      day('compute', '2026-11-02', { cluster: 'beta' }),
    ]);
    const one = { status: 'missing', coverage: 0 };
    expect(gaps).toEqual([
      {
        ...one,
        cluster: 'alpha',
        from: '2026-11-02',
        to: '2026-11-02',
        datasets: ['compute', 'memberships'],
        hubs: [],
      },
      {
        ...one,
        cluster: 'alpha',
        from: '2026-11-03',
        to: '2026-11-03',
        datasets: ['home storage'],
        hubs: ['prod', 'staging'],
      },
      { ...one, cluster: 'beta', from: '2026-11-02', to: '2026-11-02', datasets: ['compute'], hubs: [] },
    ]);
  });
});
