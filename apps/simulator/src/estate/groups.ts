import type { Day } from '#libs/domain';
import { dayNumber } from './day-number.js';
import { pick, rollFor } from './random.js';
import type { Person } from './person.js';

const GROUPS = ['climate', 'ocean-science', 'course-101', 'café', '2i2c-org:hub-access-for-2i2c-staff'];

/** The groups of a person on a day: none, one or several, without repeats. One in five changes every two months. */
export function groupsOf(seed: number, person: Person, day: Day): readonly string[] {
  if (person.fixedGroups) return person.fixedGroups;
  const roll = rollFor(seed, 'groups', person.namespace, person.username);
  const phase = Math.floor(roll() * 60);
  const period = Math.floor((dayNumber(day) + phase) / 60);
  if (roll() > 0.2) return drawGroups(seed, person, 0);
  return drawGroups(seed, person, period);
}

function drawGroups(seed: number, person: Person, period: number): readonly string[] {
  const roll = rollFor(seed, 'group draw', person.namespace, person.username, period);
  const share = roll();
  const count = share < 0.25 ? 0 : share < 0.75 ? 1 : 2 + Math.floor(roll() * 2);
  return [...new Set(Array.from({ length: count }, () => pick(roll, GROUPS)))].sort();
}
