import { addDays, firstOfMonth, type Day, type DayWindow } from '#libs/domain';

/** Cost Explorer keeps the running month and this many before it. */
const MONTHS_KEPT = 13;

/** All the days that Cost Explorer still knows, the running one included. */
export function knownCostWindow(today: Day): DayWindow {
  return { from: firstOfMonth(today, -MONTHS_KEPT), until: addDays(today, 1) };
}
