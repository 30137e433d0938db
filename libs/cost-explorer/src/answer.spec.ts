import type { Group, ResultByTime } from '@aws-sdk/client-cost-explorer';
import { addDays, formatUsd, parseUsd, sumUsd } from '#libs/domain';
import fc from 'fast-check';
import { dayTotalUsd, mergeResults, requireEveryDay } from './answer.js';
import type { CostRequest } from './requests.js';

const window = { from: '2026-03-01', until: '2026-03-04' };
const grouped: CostRequest = { name: 'core', metric: 'AmortizedCost', input: { GroupBy: [{}] } as never };
const total: CostRequest = { name: 'account total', metric: 'AmortizedCost', input: {} as never };

const on = (day: string) => ({ Start: day, End: addDays(day, 1) });
const usd = (Amount: string, Unit = 'USD') => ({ AmortizedCost: { Amount, Unit } });
const group = (key: string, amount: string): Group => ({ Keys: [`hub$${key}`, 'EC2 - Other'], Metrics: usd(amount) });
const groupsOf = (day: string, Groups: Group[], Estimated = false): ResultByTime => ({
  TimePeriod: on(day),
  Groups,
  Estimated,
});

describe('merging the pages of an answer', () => {
  it('continues a day that the next page goes on with', () => {
    const answer = mergeResults(grouped, window, [
      groupsOf('2026-03-01', [group('a', '1.1'), group('b', '2.2')], true),
      groupsOf('2026-03-01', [group('c', '3.3')]),
      groupsOf('2026-03-02', []),
    ]);
    expect([...answer.keys()]).toEqual(['2026-03-01', '2026-03-02']);
    expect(answer.get('2026-03-01')?.rows).toHaveLength(3);
    expect(formatUsd(dayTotalUsd(answer, '2026-03-01'))).toBe('6.6000000000');
    expect(answer.get('2026-03-01')?.estimated).toBe(true);
    expect(answer.get('2026-03-02')).toEqual({ rows: [], estimated: false });
  });

  it('gives the same answer for any split into pages and any order of groups, and conserves the sum', () => {
    const amount = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }).map(formatUsd);
    const rows = fc.array(
      fc.record({
        day: fc.constantFrom('2026-03-01', '2026-03-02', '2026-03-03'),
        key: fc.constantFrom('a', 'b', ''),
        amount,
        cut: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(rows, (items) => {
        const pages: ResultByTime[] = [];
        for (const { day, key, amount: text, cut } of items) {
          const last = pages.at(-1);
          if (!cut && last?.TimePeriod?.Start === day) last.Groups!.push(group(key, text));
          else pages.push(groupsOf(day, [group(key, text)]));
        }
        const answer = mergeResults(grouped, window, pages);
        for (const day of ['2026-03-01', '2026-03-02', '2026-03-03']) {
          for (const key of ['a', 'b', '']) {
            const expected = items.filter((item) => item.day === day && item.key === key);
            const row = answer.get(day)?.rows.filter(({ keys }) => keys[0] === `hub$${key}`) ?? [];
            expect(row.map((one) => one.amountUsd)).toEqual(
              expected.length > 0 ? [sumUsd(expected.map((item) => parseUsd(item.amount)))] : [],
            );
          }
        }
      }),
    );
  });

  it('reads a total, and takes a day without any figure as 0', () => {
    const answer = mergeResults(total, window, [
      { TimePeriod: on('2026-03-01'), Total: usd('12.3456789012') },
      { TimePeriod: on('2026-03-02'), Total: {} },
    ]);
    expect(dayTotalUsd(answer, '2026-03-01')).toBe(123456789012n);
    expect(dayTotalUsd(answer, '2026-03-02')).toBe(0n);
  });

  it('refuses a total that comes twice, and an amount that cannot be', () => {
    const one = (amount: string) => ({ TimePeriod: on('2026-03-01'), Total: usd(amount) });
    expect(() => mergeResults(total, window, [one('1'), one('1')])).toThrow('has the total of 2026-03-01 twice');
    for (const amount of ['1e100', '-100000001']) {
      expect(() => mergeResults(total, window, [one(amount)])).toThrow('has on 2026-03-01 an amount that cannot be');
    }
  });

  it('names the days that are missing', () => {
    const answer = mergeResults(total, window, [{ TimePeriod: on('2026-03-02'), Total: usd('1') }]);
    expect(() => requireEveryDay(total, window, answer)).toThrow(
      "Cost Explorer's answer (account total) lacks days that were asked for: 2026-03-01, 2026-03-03",
    );
  });

  it.each<[string, ResultByTime, string]>([
    ['another currency', { TimePeriod: on('2026-03-01'), Total: usd('1', 'CNY') }, 'is in CNY on 2026-03-01'],
    ['no currency', { TimePeriod: on('2026-03-01'), Total: { AmortizedCost: { Amount: '1' } } }, 'no currency'],
    ['no number', { TimePeriod: on('2026-03-01'), Total: usd('NaN') }, 'not a decimal amount: "NaN"'],
    ['another metric', { TimePeriod: on('2026-03-01'), Total: { UsageQuantity: {} } }, 'lacks AmortizedCost'],
    ['the day after the window', { TimePeriod: on('2026-03-04'), Total: usd('1') }, '"2026-03-04"'],
    ['the day before the window', { TimePeriod: on('2026-02-28'), Total: usd('1') }, '"2026-02-28"'],
    ['no day', { Total: usd('1') }, 'not asked for'],
  ])('refuses %s', (_what, result, message) => {
    expect(() => mergeResults(total, window, [result])).toThrow(message);
  });
});
