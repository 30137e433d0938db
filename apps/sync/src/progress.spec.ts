import { LogProgress } from './progress.js';
import type { SourceSummary } from './run-summary.js';

const RUN = { runId: '7', source: 'prometheus', from: '2026-10-01', until: '2026-11-25' } as const;
const SUMMARY: SourceSummary = {
  source: 'prometheus',
  status: 'succeeded',
  error: undefined,
  window: { from: '2026-10-01', until: '2026-11-25' },
  days: 1,
  daysDue: 55,
  daysChanged: 1,
  rowsWritten: 9,
  restatements: 0,
  requests: 4,
  durationMs: 25_000,
  notes: ['Prometheus has no samples of 54 days'],
};

describe('progress where there is no terminal', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  function runOf25Seconds(fields: boolean): unknown[][] {
    const lines: unknown[][] = [];
    const write = (...line: unknown[]) => void lines.push(line);
    const progress = new LogProgress({ log: write, warn: write, error: write }, fields);
    progress.begin(RUN);
    jest.advanceTimersByTime(10_500);
    progress.show('reading usage: 20 of 55 days');
    jest.advanceTimersByTime(14_500);
    progress.end(SUMMARY);
    jest.advanceTimersByTime(60_000);
    return lines;
  }

  it('is a line at the start and one every ten seconds, though nothing moves; the summary is printed elsewhere', () => {
    expect(runOf25Seconds(false)).toEqual([
      ['Usage (Prometheus): run started, 2026-10-01 to 2026-11-24 (55 days)'],
      ['working, after 10 s'],
      ['reading usage: 20 of 55 days, after 20 s'],
    ]);
  });

  it('names its run in every line for machines, and sums it up once', () => {
    const lines = runOf25Seconds(true);
    expect(lines.map(([message]) => message)).toEqual([
      'run started',
      'working, after 10 s',
      'reading usage: 20 of 55 days, after 20 s',
      'run succeeded',
      'Prometheus has no samples of 54 days',
    ]);
    for (const [, fields] of lines) expect(fields).toMatchObject(RUN);
    expect(lines[3]![1]).toMatchObject({ days: 1, daysDue: 55, durationMs: 25_000 });
  });
});
