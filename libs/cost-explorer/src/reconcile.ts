import { eachDay, parseUsd, sumUsd, type DayWindow } from '#libs/domain';
import { dayTotalUsd, type CostAnswer } from './answer.js';
import type { DayMismatch } from './errors.js';

/** Cost Explorer rounds each amount that it sends; a gap above this is not rounding. */
const TOLERANCE_USD = parseUsd('0.000001');

/** The days on which the parts do not add up to the total, with both figures. */
export function findMismatches(window: DayWindow, total: CostAnswer, parts: readonly CostAnswer[]): DayMismatch[] {
  return eachDay(window)
    .map((day) => ({
      day,
      attributableUsd: dayTotalUsd(total, day),
      partitionUsd: sumUsd(parts.map((part) => dayTotalUsd(part, day))),
    }))
    .filter(({ attributableUsd, partitionUsd }) => {
      const gap = attributableUsd - partitionUsd;
      return gap > TOLERANCE_USD || gap < -TOLERANCE_USD;
    });
}
