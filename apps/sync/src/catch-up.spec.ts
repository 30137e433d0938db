import type { RecordedRun, SyncSource } from '#libs/database';
import { eachDay } from '#libs/domain';
import { DATASETS } from '#libs/prometheus';
import { reasonToCatchUp, type SyncState } from './catch-up.js';

const TODAY = '2026-11-24';
const BASIS = { costBasis: 'amortized', attributionDigest: 'a' } as const;
const PAST = eachDay({ from: '2025-10-01', until: TODAY });

function run(source: SyncSource, status: RecordedRun['status']): [SyncSource, RecordedRun] {
  return [
    source,
    {
      id: '1',
      source,
      trigger: 'schedule',
      window: undefined,
      status,
      requests: 5,
      daysChanged: 0,
      rowsWritten: 0,
      error: status === 'failed' ? 'away' : undefined,
      startedAt: new Date('2026-11-23T21:17:00Z'),
      finishedAt: new Date('2026-11-23T21:18:00Z'),
    },
  ];
}

const UP_TO_DATE: SyncState = {
  latestRuns: new Map([run('cost-explorer', 'succeeded'), run('prometheus', 'succeeded')]),
  costDays: PAST.map((day) => ({ day, ...BASIS })),
  firstCostDay: undefined,
  usageDays: PAST.flatMap((day) =>
    DATASETS.map((dataset) => ({ day, dataset, hub: '', status: 'final' as const, coverage: 1, readAt: new Date(0) })),
  ),
  daysWithOtherPolicy: [],
};

describe('at its start the scheduler', () => {
  it('waits for its turn when every past day is stored and the last runs succeeded', () => {
    expect(reasonToCatchUp(TODAY, BASIS, UP_TO_DATE)).toBeUndefined();
  });

  it('waits where the account has no costs before those that are stored', () => {
    const costDays = UP_TO_DATE.costDays.filter(({ day }) => day >= '2026-11-04');
    expect(reasonToCatchUp(TODAY, BASIS, { ...UP_TO_DATE, costDays, firstCostDay: '2026-11-04' })).toBeUndefined();
    expect(reasonToCatchUp(TODAY, BASIS, { ...UP_TO_DATE, costDays })).toMatch(/costs since 2025-10-01 are missing/);
  });

  it.each<[string, Partial<SyncState>, RegExp]>([
    ['nothing ever ran', { latestRuns: new Map() }, /cost-explorer was never read/],
    ['only costs were read', { latestRuns: new Map([run('cost-explorer', 'succeeded')]) }, /prometheus was never read/],
    [
      'the last run of a source failed',
      { latestRuns: new Map([run('cost-explorer', 'succeeded'), run('prometheus', 'failed')]) },
      /last run of prometheus failed/,
    ],
    [
      'the last allocation failed',
      { latestRuns: new Map([...UP_TO_DATE.latestRuns, run('allocation', 'failed')]) },
      /last run of allocation failed/,
    ],
    [
      'the costs of yesterday are missing',
      { costDays: UP_TO_DATE.costDays.slice(0, -1) },
      /costs of 2026-11-23 are missing/,
    ],
    [
      'costs of last year are missing',
      { costDays: UP_TO_DATE.costDays.filter(({ day }) => day !== '2025-12-24') },
      /costs since 2025-12-24/,
    ],
    [
      'yesterday has another cost basis',
      { costDays: [...UP_TO_DATE.costDays.slice(0, -1), { ...BASIS, day: '2026-11-23', costBasis: 'unblended' }] },
      /costs since 2025-10-01/,
    ],
    [
      'the usage of a day was never read',
      { usageDays: UP_TO_DATE.usageDays.filter(({ day }) => day !== '2026-11-22') },
      /usage of 2026-11-22/,
    ],
    ['days follow another policy', { daysWithOtherPolicy: ['2026-11-01'] }, /1 days are allocated by another policy/],
  ])('catches up when %s', (_, change, reason) => {
    expect(reasonToCatchUp(TODAY, BASIS, { ...UP_TO_DATE, ...change })).toMatch(reason);
  });
});
