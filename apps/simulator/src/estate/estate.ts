import { addDays, startOfDay, type Day } from '#libs/domain';
import { accountCosts } from './account-costs.js';
import { isEnrolled } from './calendar.js';
import { clusterCosts } from './cluster-costs.js';
import { MS_PER_DAY } from './day-number.js';
import { makeDirectories, sizesOn, type Directory, type SizeSpan } from './directories.js';
import { groupsOf } from './groups.js';
import { hubCosts } from './hub-costs.js';
import { discountLine, type LineItem } from './line-item.js';
import { DEFAULT_ESTATE, type EstateOptions, type HubOptions } from './options.js';
import type { Person } from './person.js';
import { makeRoster } from './roster.js';
import { sessionsStartedOn, type Session } from './sessions.js';
import { scheduledMsWithin, UsageSum, type TrueUsage } from './true-usage.js';

/** An AWS account with its clusters, hubs and people. Everything is derived from the seed, a day at a time. */
export interface Estate {
  readonly options: EstateOptions;
  /** The first day whose usage Prometheus remembers. */
  readonly usageFrom: Day;
  /** Everyone who is known to a hub at some time. */
  readonly people: readonly Person[];
  readonly directories: readonly Directory[];
  /** The bill of a day; empty after today. */
  lineItemsOn(day: Day): readonly LineItem[];
  /** Pods created on the day; they may run into the next one. */
  sessionsStartedOn(day: Day): readonly Session[];
  /** Pods that exist at some time of the day. */
  sessionsOn(day: Day): readonly Session[];
  /** The groups of a person on a day; undefined while their hub does not know them. */
  groupsOn(person: Person, day: Day): readonly string[] | undefined;
  sizesOn(directory: Directory, day: Day): readonly SizeSpan[];
  /** Who used how much on the day, in byte-seconds, to the millisecond. */
  trueByteSeconds(day: Day): readonly TrueUsage[];
}

const GIB_HOUR = 1024 ** 3 * 3_600_000;
const OTHER_HUBS: readonly HubOptions[] = [
  { namespace: 'prod', tag: 'prod', slugs: 'legacy', weight: 1 },
  { namespace: 'training', tag: 'training', slugs: 'legacy', weight: 1 },
];

/** Builds the estate. `today` must be given; the rest is small by default. */
export function makeEstate(given: Partial<EstateOptions> & Pick<EstateOptions, 'today'>): Estate {
  const options: EstateOptions = { ...DEFAULT_ESTATE, ...given };
  const { seed, today } = options;
  const roster = makeRoster(options);
  const directories = makeDirectories(options, roster);
  // A day's bill is some eighty lines, but takes a look at every user: worth keeping, unlike its sessions.
  const bills = new Map<Day, readonly LineItem[]>();

  // Days are mostly asked for in order, and each one looks at the day before.
  let latest: { readonly day: Day; readonly sessions: readonly Session[] } | undefined;
  const startedOn = (day: Day): readonly Session[] => {
    if (day > today) return [];
    const sessions = latest?.day === day ? latest.sessions : sessionsStartedOn(options, roster, day);
    latest = { day, sessions };
    return sessions;
  };

  const sessionsOn = (day: Day) => {
    const startMs = startOfDay(day).getTime();
    return [...startedOn(addDays(day, -1)).filter((session) => session.endMs > startMs), ...startedOn(day)];
  };

  const bill = (day: Day): LineItem[] => {
    const startMs = startOfDay(day).getTime();
    const gibHours = new Map<string, number>();
    for (const session of sessionsOn(day)) {
      const used = (session.memoryBytes * scheduledMsWithin(session, startMs, startMs + MS_PER_DAY)) / GIB_HOUR;
      gibHours.set(session.namespace, (gibHours.get(session.namespace) ?? 0) + used);
    }
    const homeGib = (hub: HubOptions) => 20 * roster.filter((person) => person.namespace === hub.namespace).length;
    const hubs = options.hubs.flatMap((hub) => {
      const demand = { hub, memoryGibHours: gibHours.get(hub.namespace) ?? 0, homeGib: homeGib(hub) };
      return hubCosts(seed, options.clusterName, demand, day);
    });
    const others = OTHER_HUBS.flatMap((hub) => {
      return hubCosts(seed, options.otherClusterName, { hub, memoryGibHours: 90, homeGib: 200 }, day);
    });
    const clusters = [options.clusterName, options.otherClusterName].flatMap((name) => clusterCosts(seed, name, day));
    const items = [...hubs, ...others, ...clusters, ...accountCosts(seed, day)];
    return [...items, discountLine(day, items)];
  };

  return {
    options,
    usageFrom: addDays(today, -options.historyDays),
    people: roster,
    directories,
    lineItemsOn(day) {
      if (day > today) return [];
      const items = bills.get(day) ?? bill(day);
      bills.set(day, items);
      return items;
    },
    sessionsStartedOn: startedOn,
    sessionsOn,
    groupsOn: (person, day) => (isEnrolled(seed, person, day) ? groupsOf(seed, person, day) : undefined),
    sizesOn: (directory, day) => (day > today ? [] : sizesOn(seed, directory, day)),
    trueByteSeconds(day) {
      const startMs = startOfDay(day).getTime();
      const sum = new UsageSum();
      for (const session of sessionsOn(day)) sum.addSession(session, startMs, startMs + MS_PER_DAY);
      for (const directory of directories) {
        const name = directory.owner?.username ?? directory.directory;
        for (const span of this.sizesOn(directory, day)) sum.addSize(directory.namespace, name, span);
      }
      return sum.rows();
    },
  };
}
