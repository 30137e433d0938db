import { knownCostWindow } from '#libs/cost-explorer';
import type { CostDay, CostReadingBasis } from '#libs/database';
import { eachDay, firstOfMonth, type Day, type DayWindow } from '#libs/domain';

/**
 * The days whose costs the next run reads. Bills are corrected up to weeks after a month's end, so that every run goes
 * back to the first of last month; the price does not depend on the length. It goes back further to the first day that
 * was never stored, and to the first that Cost Explorer still knows when a stored day was made with another basis. It never
 * goes back beyond the account's first day with costs, once that is known: to find it again would be paid for each time.
 */
export function planCostWindow(
  today: Day,
  basis: CostReadingBasis,
  stored: readonly CostDay[],
  firstDay: Day | undefined,
): DayWindow {
  const known = costWindow(today, firstDay);
  const inReach = stored.filter(({ day }) => day >= known.from && day < known.until);
  if (inReach.some((day) => !hasBasis(day, basis))) return known;
  const storedDays = new Set(inReach.map(({ day }) => day));
  const restated = regularFrom(today, firstDay);
  const missing = eachDay({ from: known.from, until: restated }).find((day) => !storedDays.has(day));
  return { from: missing ?? restated, until: known.until };
}

/** The first day that every run reads. */
export function regularFrom(today: Day, firstDay: Day | undefined): Day {
  return latest(firstOfMonth(today, -1), firstDay);
}

function costWindow(today: Day, firstDay: Day | undefined): DayWindow {
  const known = knownCostWindow(today);
  return { ...known, from: latest(known.from, firstDay) };
}

function latest(day: Day, other: Day | undefined): Day {
  return other !== undefined && other > day ? other : day;
}

/** The days of a backfill whose costs Cost Explorer still knows; undefined when it knows none of them. */
export function planCostBackfill(today: Day, asked: DayWindow): DayWindow | undefined {
  const known = knownCostWindow(today);
  const from = latest(known.from, asked.from);
  return from < asked.until ? { from, until: asked.until } : undefined;
}

function hasBasis(day: CostDay, basis: CostReadingBasis): boolean {
  return day.costBasis === basis.costBasis && day.attributionDigest === basis.attributionDigest;
}
