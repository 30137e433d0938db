import { setTimeout as sleep } from 'node:timers/promises';
import { addDays, dayOf, startOfDay } from '#libs/domain';

/** Longer than a drill takes on a busy machine. */
const ENOUGH_MS = 480_000;

/**
 * When a drill begins whose processes have the machine's clock: they would meet another day than the drill began with, if it
 * ran across midnight. So it begins after it, where too little is left of the UTC day.
 */
export async function awayFromMidnight(): Promise<Date> {
  const now = new Date();
  const leftMs = startOfDay(addDays(dayOf(now), 1)).getTime() - now.getTime();
  if (leftMs < ENOUGH_MS) await sleep(leftMs + 1_000);
  return new Date();
}
