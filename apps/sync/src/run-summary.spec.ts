import { allSucceeded, formatSummaries, skippedSummary, type SourceSummary } from './run-summary.js';

const COSTS: SourceSummary = {
  source: 'cost-explorer',
  status: 'succeeded',
  error: undefined,
  window: { from: '2026-10-01', until: '2026-11-25' },
  days: 55,
  daysDue: 55,
  daysChanged: 2,
  rowsWritten: 31,
  restatements: 1,
  requests: 7,
  durationMs: 1_940,
  notes: [],
};

describe('the summary of a run', () => {
  it('says days, rows, requests with their price, restatements and duration of the costs', () => {
    expect(formatSummaries([COSTS])).toBe(
      'Costs (Cost Explorer): succeeded, 2026-10-01 to 2026-11-24 (55 days)\n' +
        '  55 days, 2 changed; 31 rows written; 7 requests for 0.07 USD; 1 restatement; 1.9 s\n',
    );
  });

  it('counts the days that had samples, names no price for requests to Prometheus, gives error and notes a line each', () => {
    const failed: SourceSummary = {
      ...COSTS,
      source: 'prometheus',
      status: 'failed',
      error: 'Prometheus is away',
      window: { from: '2026-11-24', until: '2026-11-25' },
      days: 1,
      daysDue: 424,
      daysChanged: 0,
      rowsWritten: 1,
      requests: 1,
      notes: ['Prometheus has no samples of 2026-11-20'],
    };
    expect(formatSummaries([failed, skippedSummary('allocation', 'every day follows the policy')])).toBe(
      'Usage (Prometheus): failed, 2026-11-24 to 2026-11-24 (1 day)\n' +
        '  Prometheus is away\n' +
        '  1 of 424 days, 0 changed; 1 row written; 1 request; 1.9 s\n' +
        '  Prometheus has no samples of 2026-11-20\n' +
        'Allocation: nothing to do\n' +
        '  every day follows the policy\n',
    );
  });

  it.each<[string, readonly SourceSummary[], boolean]>([
    ['every source succeeded or had nothing to do', [COSTS, skippedSummary('allocation', 'nothing')], true],
    ['one source failed', [COSTS, { ...COSTS, status: 'failed' }], false],
  ])('counts as a success or not when %s', (_, summaries, expected) => {
    expect(allSucceeded(summaries)).toBe(expected);
  });
});
