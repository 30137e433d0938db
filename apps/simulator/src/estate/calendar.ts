import { addDays, type Day } from '#libs/domain';
import { dayNumber, MS_PER_DAY } from './day-number.js';
import type { HubOptions } from './options.js';
import { rollFor } from './random.js';
import type { Person } from './roster.js';

/** A day on which nobody runs anything, on any hub: one in nineteen. The costs go on. */
export function isQuietDay(day: Day): boolean {
  return dayNumber(day) % 19 === 7;
}

export function isHubInUse(hub: HubOptions, day: Day): boolean {
  return Math.floor(dayNumber(day) / 7) % (hub.oneWeekIn ?? 1) === 0;
}

export function isWeekend(day: Day): boolean {
  return (dayNumber(day) + 3) % 7 >= 5;
}

/** Whether the hub knows the person on that day. One in three comes and goes, every year at their own time. */
export function isEnrolled(seed: number, person: Person, day: Day): boolean {
  if (person.fixedGroups) return true;
  const roll = rollFor(seed, 'enrolment', person.namespace, person.username);
  if (roll() > 1 / 3) return true;
  const phase = Math.floor(roll() * 360);
  const length = 60 + Math.floor(roll() * 240);
  return (dayNumber(day) + phase) % 360 < length;
}

/** The instant (ms) at which the person's directory is made on their first day, 0 when that day was earlier. */
export function enrolledSinceMs(seed: number, person: Person, day: Day): number {
  if (isEnrolled(seed, person, addDays(day, -1))) return 0;
  const partOfDay = rollFor(seed, 'first day', person.namespace, person.username)();
  return dayNumber(day) * MS_PER_DAY + Math.floor((0.25 + partOfDay / 2) * MS_PER_DAY);
}
