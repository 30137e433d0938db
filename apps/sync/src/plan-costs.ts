import { knownCostWindow } from '#libs/cost-explorer';
import type { CostDay, CostReadingBasis } from '#libs/database';
import { eachDay, firstOfMonth, type Day, type DayWindow } from '#libs/domain';

/**
 * The days whose costs the next run reads. Bills are corrected up to weeks after a month's end, so that every run goes
 * back to the first of last month; the price does not depend on the length. It goes back further to the first day that
 * was never stored, and to the first that Cost Explorer still knows when a stored day was made with another basis.
 */
export function planCostWindow(today: Day, basis: CostReadingBasis, stored: readonly CostDay[]): DayWindow {
  const known = knownCostWindow(today);
  const inReach = stored.filter(({ day }) => day >= known.from && day < known.until);
  if (inReach.some((day) => !hasBasis(day, basis))) return known;
  const storedDays = new Set(inReach.map(({ day }) => day));
  const restated = firstOfMonth(today, -1);
  const missing = eachDay({ from: known.from, until: restated }).find((day) => !storedDays.has(day));
  return { from: missing ?? restated, until: known.until };
}

/** The days of a backfill whose costs Cost Explorer still knows; undefined when it knows none of them. */
export function planCostBackfill(today: Day, asked: DayWindow): DayWindow | undefined {
  const known = knownCostWindow(today);
  const from = asked.from > known.from ? asked.from : known.from;
  return from < asked.until ? { from, until: asked.until } : undefined;
}

function hasBasis(day: CostDay, basis: CostReadingBasis): boolean {
  return day.costBasis === basis.costBasis && day.attributionDigest === basis.attributionDigest;
}
