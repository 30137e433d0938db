import { lineItem, type Charge, type LineItem } from '../estate/index.js';
import type { Bill } from './bill.js';
import { getCostAndUsage } from './get-cost-and-usage.js';
import { formatAmount } from './metrics.js';

const CHARGES: Record<string, Charge[]> = {
  '2026-10-31': [
    { service: 'A', usageType: 'u', usd: 0.1, tags: { hub: 'x' } },
    { service: 'A', usageType: 'u', usd: 0.2, tags: { hub: 'x' } },
    { service: 'A', usageType: 'u', usd: 3, amortizedUsd: 2, recordType: 'SavingsPlanCoveredUsage' },
  ],
  '2026-11-02': [{ service: 'B', usageType: 'u', usd: -0.0000000042, tags: { hub: 'y' } }],
};

const BILL: Bill = {
  today: '2026-11-03',
  firstDay: undefined,
  estimatedDays: 2,
  pageSize: 100,
  lineItemsOn: (day): LineItem[] => (CHARGES[day] ?? []).map((charge) => lineItem(day, charge)),
  allocationTags: () => [],
};

const REQUEST = {
  TimePeriod: { Start: '2026-10-31', End: '2026-11-03' },
  Granularity: 'DAILY' as const,
  Metrics: ['UnblendedCost'],
};

const cost = (Amount: string) => ({ UnblendedCost: { Amount, Unit: 'USD' } });

describe('getCostAndUsage', () => {
  it('gives every day of the period with its total, and no groups, when nothing is grouped', () => {
    const { ResultsByTime, ...rest } = getCostAndUsage(BILL, REQUEST);
    expect(ResultsByTime.map(({ Total }) => Total)).toEqual([cost('3.3'), cost('0'), cost('-4.2E-9')]);
    expect(rest).toEqual({ DimensionValueAttributes: [] });
  });

  it('leaves out groups without cost, keeps days without groups, and writes untagged as key$', () => {
    const response = getCostAndUsage(BILL, {
      ...REQUEST,
      GroupBy: [
        { Type: 'TAG', Key: 'hub' },
        { Type: 'DIMENSION', Key: 'SERVICE' },
      ],
    });
    expect(response.ResultsByTime.map(({ Groups, Total }) => ({ Groups, Total }))).toEqual([
      {
        Groups: [
          { Keys: ['hub$', 'A'], Metrics: cost('3') },
          { Keys: ['hub$x', 'A'], Metrics: cost('0.3') },
        ],
        Total: {},
      },
      { Groups: [], Total: {} },
      { Groups: [{ Keys: ['hub$y', 'B'], Metrics: cost('-4.2E-9') }], Total: {} },
    ]);
  });

  it('gives several metrics at once', () => {
    const Metrics = ['AmortizedCost', 'NetUnblendedCost'];
    const response = getCostAndUsage(BILL, {
      ...REQUEST,
      TimePeriod: { Start: '2026-10-31', End: '2026-11-01' },
      Metrics,
    });
    expect(response.ResultsByTime[0]!.Total).toEqual({
      AmortizedCost: { Amount: '2.3', Unit: 'USD' },
      NetUnblendedCost: { Amount: '3.201', Unit: 'USD' },
    });
  });

  it('continues a day on the next page', () => {
    const GroupBy = [{ Type: 'TAG', Key: 'hub' }];
    const bill = { ...BILL, pageSize: 1 };
    const first = getCostAndUsage(bill, { ...REQUEST, GroupBy });
    const second = getCostAndUsage(bill, { ...REQUEST, GroupBy, NextPageToken: first.NextPageToken });
    const keysOf = ({ ResultsByTime }: typeof first) =>
      ResultsByTime.map(({ TimePeriod, Groups }) => ({ TimePeriod, keys: Groups.map(({ Keys }) => Keys) }));
    expect(keysOf(first)).toEqual([{ TimePeriod: { Start: '2026-10-31', End: '2026-11-01' }, keys: [['hub$']] }]);
    expect(keysOf(second)).toEqual([{ TimePeriod: { Start: '2026-10-31', End: '2026-11-01' }, keys: [['hub$x']] }]);
  });
});

describe('formatAmount', () => {
  it.each([
    [0n, '0'],
    [10_000_000_000n, '1'],
    [123_456_789_012n, '12.3456789012'],
    [10_000n, '0.000001'],
    [9_990n, '9.99E-7'],
    [-42n, '-4.2E-9'],
    [1n, '1E-10'],
  ])('writes %s tenths of a nano-dollar as %s', (amount, text) => {
    expect(formatAmount(amount)).toBe(text);
  });
});
