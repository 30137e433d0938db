import { addDays, type Day } from '#libs/domain';
import { dayNumber, MS_PER_DAY } from './day-number.js';
import type { HubOptions } from './options.js';
import { rollFor } from './random.js';
import type { Person } from './person.js';

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

/**
 * When the person's directories exist on a day on which they are enrolled, in ms: made during their first day, and
 * removed before the end of their last, so that no directory outlives its owner's entry in the user list.
 */
export function directoryLifeOn(seed: number, person: Person, day: Day): { fromMs: number; untilMs: number } {
  const startMs = dayNumber(day) * MS_PER_DAY;
  const partOfDay = 0.25 + rollFor(seed, 'moving', person.namespace, person.username)() / 2;
  const movingMs = startMs + Math.floor(partOfDay * MS_PER_DAY);
  return {
    fromMs: isEnrolled(seed, person, addDays(day, -1)) ? startMs : movingMs,
    untilMs: isEnrolled(seed, person, addDays(day, 1)) ? startMs + MS_PER_DAY : movingMs + MS_PER_DAY / 8,
  };
}
