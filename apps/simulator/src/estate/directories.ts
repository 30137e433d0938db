import { startOfDay, type Day } from '#libs/domain';
import { directoryLifeOn, isEnrolled } from './calendar.js';
import { dayNumber, MS_PER_DAY } from './day-number.js';
import type { EstateOptions } from './options.js';
import { rollFor } from './random.js';
import type { Person } from './person.js';
import { escapeSlug, safeSlug } from './slugs.js';

/** A directory of a hub's home storage. `owner` null: shared by all of its users. */
export interface Directory {
  readonly namespace: string;
  readonly directory: string;
  readonly owner: Person | null;
}

/** A size that holds from `fromMs` until `untilMs` (ms since 1970). */
export interface SizeSpan {
  readonly bytes: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

const GIB = 1024 ** 3;
const SHARED = ['shared', '_shared', 'shared-public'];

/** Every directory that ever exists, of every hub with named users. */
export function makeDirectories(options: EstateOptions, roster: readonly Person[]): Directory[] {
  const hubs = options.hubs.filter((hub) => !hub.anonymous);
  const shared = hubs.flatMap(({ namespace }) => SHARED.map((directory) => ({ namespace, directory, owner: null })));
  const owned = roster.flatMap((person) =>
    directoryNames(person).map((directory) => ({ namespace: person.namespace, directory, owner: person })),
  );
  return [...shared, ...owned];
}

/** The sizes of a directory over a day: one change a day, at the directory's own time. Empty while it does not exist. */
export function sizesOn(seed: number, directory: Directory, day: Day): SizeSpan[] {
  const startMs = startOfDay(day).getTime();
  const { owner } = directory;
  if (owner && !isEnrolled(seed, owner, day)) return [];
  const always = { fromMs: startMs, untilMs: startMs + MS_PER_DAY };
  const life = owner ? directoryLifeOn(seed, owner, day) : always;
  const roll = rollFor(seed, 'size', directory.namespace, directory.directory);
  const changeMs = startMs + Math.floor(roll() * MS_PER_DAY);
  const baseBytes = 1024 * 1024 + Math.floor(roll() * 40 * GIB);
  const growthBytes = Math.floor(roll() * 0.002 * baseBytes);
  const sizeAfter = (number: number) => baseBytes + growthBytes * (number % 360);
  return [
    { bytes: sizeAfter(dayNumber(day) - 1), fromMs: life.fromMs, untilMs: Math.min(life.untilMs, changeMs) },
    { bytes: sizeAfter(dayNumber(day)), fromMs: Math.max(life.fromMs, changeMs), untilMs: life.untilMs },
  ].filter((span) => span.fromMs < span.untilMs);
}

function directoryNames(person: Person): string[] {
  const safe = safeSlug(person.username);
  const legacy = escapeSlug(person.username);
  if (person.bothDirectories) return [safe, legacy];
  return [person.slugs === 'safe' ? safe : legacy];
}
