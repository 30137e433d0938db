import { addDays, startOfDay, type Day } from '#libs/domain';
import { isEnrolled, isHubInUse, isQuietDay, isWeekend } from './calendar.js';
import { MS_PER_DAY } from './day-number.js';
import type { EstateOptions, HubOptions } from './options.js';
import { between, hexDigits, pick, rollFor, type Roll } from './random.js';
import type { Person } from './person.js';
import { escapeSlug, safeSlug } from './slugs.js';

/** One user pod's life. Instants in ms since 1970; `scheduledMs` null: it never found a node. */
export interface Session {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly username: string;
  readonly memoryBytes: number;
  readonly cpuCores: number;
  readonly gpus: number;
  /** '' until `placeSessions` has found one. */
  readonly node: string;
  readonly createdMs: number;
  readonly scheduledMs: number | null;
  readonly endMs: number;
}

const GIB = 1024 ** 3;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * The pods that people create on a day. They start from 06:00 on and end before 05:30 of the next day, so that a pod
 * name is never in use twice at once.
 */
export function sessionsStartedOn(options: EstateOptions, roster: readonly Person[], day: Day): Session[] {
  if (isQuietDay(day)) return [];
  // Ten minutes before midnight: Prometheus takes a pod for present for five minutes after its end.
  const lastWordMs = isQuietDay(addDays(day, 1)) ? -10 * MINUTE : 5.5 * HOUR;
  const latestEndMs = startOfDay(day).getTime() + MS_PER_DAY + lastWordMs;
  const hubs = new Map(options.hubs.filter((hub) => isHubInUse(hub, day)).map((hub) => [hub.namespace, hub]));
  const sessions: Session[] = [];
  const chance = isWeekend(day) ? 0.2 : 0.6;
  for (const person of roster) {
    if (!hubs.has(person.namespace)) continue;
    const roll = rollFor(options.seed, 'sessions', person.namespace, person.username, day);
    if (roll() > chance || !isEnrolled(options.seed, person, day)) continue;
    sessions.push(...sessionsOf(options.seed, person, day, latestEndMs, roll));
  }
  for (const hub of hubs.values()) {
    if (hub.anonymous) sessions.push(...anonymousSessions(options, hub, day, latestEndMs));
  }
  return sessions;
}

function sessionsOf(seed: number, person: Person, day: Day, latestEndMs: number, roll: Roll): Session[] {
  const habits = rollFor(seed, 'habits', person.namespace, person.username);
  const memoryBytes = pick(habits, [2, 2, 4, 4, 7.5, 15.25, 30.5]) * GIB;
  const runsGpu = habits() < 1 / 12;
  const runsDask = habits() < 1 / 15;
  const pod = `jupyter-${(person.slugs === 'safe' ? safeSlug : escapeSlug)(person.username)}`;
  const midnight = startOfDay(day).getTime();
  const sessions: Session[] = [];
  let freeFromMs = midnight + 6 * HOUR;
  for (let count = between(roll, 1, 2); count > 0; count--) {
    const createdMs = freeFromMs + Math.floor(roll() * 9 * HOUR);
    if (createdMs >= midnight + MS_PER_DAY - 20 * MINUTE) break;
    const life = { person, pod, memoryBytes, createdMs, latestEndMs };
    const session = makeSession(life, roll);
    sessions.push(session);
    if (runsGpu && roll() < 0.3)
      sessions.push(makeSession({ ...life, pod: `${pod}--gpu`, memoryBytes: 4 * GIB, gpus: 1 }, roll));
    if (runsDask && roll() < 0.5) sessions.push(...daskWorkers(life, session, roll));
    freeFromMs = session.endMs + 5 * MINUTE;
  }
  // A user restarts a server at most once a day here: the second server of the GPU kind must not overlap the first.
  return withoutRepeatedPods(sessions);
}

interface Life {
  readonly person: { readonly namespace: string; readonly username: string };
  readonly pod: string;
  readonly memoryBytes: number;
  readonly gpus?: number;
  readonly createdMs: number;
  readonly latestEndMs: number;
}

function makeSession(life: Life, roll: Roll): Session {
  const kind = roll();
  const neverScheduled = kind < 0.02;
  const lengthMs = kind < 0.12 ? between(roll, 20_000, 6 * MINUTE) : between(roll, 10 * MINUTE, Math.floor(9.4 * HOUR));
  const pendingMs = roll() < 0.1 ? between(roll, MINUTE, 8 * MINUTE) : between(roll, 900, 45_000);
  const endMs = Math.min(life.createdMs + lengthMs, life.latestEndMs);
  const scheduledMs = life.createdMs + pendingMs;
  return {
    namespace: life.person.namespace,
    pod: life.pod,
    uid: uidFrom(roll),
    container: 'notebook',
    username: life.person.username,
    memoryBytes: life.memoryBytes,
    cpuCores: 0.5,
    gpus: life.gpus ?? 0,
    node: '',
    createdMs: life.createdMs,
    scheduledMs: neverScheduled || scheduledMs >= endMs ? null : scheduledMs,
    endMs,
  };
}

/** Workers carry their owner's annotation, so they count as the owner's usage. */
function daskWorkers(life: Life, session: Session, roll: Roll): Session[] {
  const cluster = hexDigits(roll, 8);
  return Array.from({ length: 3 }, (_, index) => ({
    ...makeSession({ ...life, pod: `dask-worker-${cluster}-${index}`, memoryBytes: 4 * GIB }, roll),
    container: 'dask-worker',
    endMs: session.endMs,
    scheduledMs: session.scheduledMs,
  }));
}

function anonymousSessions(options: EstateOptions, hub: HubOptions, day: Day, latestEndMs: number): Session[] {
  const roll = rollFor(options.seed, 'anonymous', hub.namespace, day);
  const midnight = startOfDay(day).getTime();
  return Array.from({ length: between(roll, 1, 3 + Math.floor(options.users / 20)) }, () => {
    const username = `binder-examples-requirements-${hexDigits(roll, 8)}`;
    const createdMs = midnight + 6 * HOUR + Math.floor(roll() * 17 * HOUR);
    const pod = `jupyter-${escapeSlug(username)}`;
    const person = { namespace: hub.namespace, username };
    return makeSession({ person, pod, memoryBytes: 1 * GIB, createdMs, latestEndMs }, roll);
  });
}

function withoutRepeatedPods(sessions: readonly Session[]): Session[] {
  const busyUntilMs = new Map<string, number>();
  return sessions.filter((session) => {
    if (session.createdMs <= (busyUntilMs.get(session.pod) ?? 0)) return false;
    busyUntilMs.set(session.pod, session.endMs);
    return true;
  });
}

function uidFrom(roll: Roll): string {
  const digits = hexDigits(roll, 32);
  return [0, 8, 12, 16, 20].map((start, index) => digits.slice(start, [8, 12, 16, 20, 32][index])).join('-');
}
