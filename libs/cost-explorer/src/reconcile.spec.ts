import { parseUsd } from '#libs/domain';
import type { CostAnswer } from './answer.js';
import { findMismatches } from './reconcile.js';

const window = { from: '2026-03-01', until: '2026-03-03' };
const answer = (...amounts: string[]): CostAnswer =>
  new Map(
    amounts.map((amount, index) => [
      `2026-03-0${index + 1}`,
      { rows: [{ keys: [], amountUsd: parseUsd(amount) }], estimated: false },
    ]),
  );

describe('reconciling the parts with the total', () => {
  it('accepts a gap of a millionth of a dollar either way, and no more', () => {
    const total = answer('10', '10');
    expect(findMismatches(window, total, [answer('4', '6.000001'), answer('6', '4')])).toEqual([]);
    expect(findMismatches(window, total, [answer('3.999999', '6'), answer('6', '4')])).toEqual([]);
    expect(findMismatches(window, total, [answer('4', '6.0000010001'), answer('6', '4')])).toEqual([
      { day: '2026-03-02', attributableUsd: parseUsd('10'), partitionUsd: parseUsd('10.0000010001') },
    ]);
    expect(findMismatches(window, total, [answer('3.9999989999', '6'), answer('6', '4')])).toHaveLength(1);
  });

  it('counts a day that a part lacks as 0, so that it cannot go unnoticed', () => {
    expect(findMismatches(window, answer('10', '10'), [answer('10')])).toEqual([
      { day: '2026-03-02', attributableUsd: parseUsd('10'), partitionUsd: 0n },
    ]);
  });

  it('does not let two days make up for each other', () => {
    expect(findMismatches(window, answer('10', '10'), [answer('9', '11')])).toHaveLength(2);
  });
});
