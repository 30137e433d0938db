import { addDays, startOfDay, type Day } from '#libs/domain';
import { accountCosts } from './account-costs.js';
import { isEnrolled } from './calendar.js';
import { clusterCosts } from './cluster-costs.js';
import { MS_PER_DAY } from './day-number.js';
import { makeDirectories, sizesOn, type Directory, type SizeSpan } from './directories.js';
import { groupsOf } from './groups.js';
import { hubCosts, type HubDemand } from './hub-costs.js';
import { discountLine, type LineItem } from './line-item.js';
import { DEFAULT_ESTATE, type EstateOptions, type HubOptions } from './options.js';
import { shareOf, STANDARD, type NodeType } from './node-types.js';
import { alwaysOnNode, nodeMsWithin, placeSessions, type ClusterNode } from './nodes.js';
import type { Person } from './person.js';
import { makeRoster } from './roster.js';
import { sessionsStartedOn, type Session } from './sessions.js';
import { scheduledMsWithin, UsageSum, type TrueNodeShare, type TrueUsage } from './true-usage.js';

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
  /** Nodes that joined for the pods created on the day; they may go on into the next one. */
  nodesStartedOn(day: Day): readonly ClusterNode[];
  /** User nodes that are there at some time of the day, cut to it. */
  nodesOn(day: Day): readonly ClusterNode[];
  /** Nodes that are there at all times, cut to these. */
  standingNodes(fromMs: number, untilMs: number): readonly ClusterNode[];
  /** The groups of a person on a day; undefined while their hub does not know them. */
  groupsOn(person: Person, day: Day): readonly string[] | undefined;
  sizesOn(directory: Directory, day: Day): readonly SizeSpan[];
  /** Who used how much on the day, in byte-seconds, to the millisecond. */
  trueByteSeconds(day: Day): readonly TrueUsage[];
  /** Whose pods took how much of the nodes of each type on the day, to the millisecond. */
  trueNodeShares(day: Day): readonly TrueNodeShare[];
}

const MS_PER_HOUR = 3_600_000;
/** What a hub of the other cluster uses every day. */
const OTHER_NODES: HubDemand['nodes'] = [{ type: STANDARD, hours: 4 }];
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
  const latest: { readonly day: Day; readonly started: Started }[] = [];
  const startedOn = (day: Day): Started => {
    if (day > today) return { sessions: [], nodes: [] };
    const known = latest.find((one) => one.day === day)?.started;
    if (known) return known;
    const started = place(day);
    latest.push({ day, started });
    if (latest.length > 2) latest.shift();
    return started;
  };
  const place = (day: Day): Started => {
    const sessions = sessionsStartedOn(options, roster, day);
    const placed = options.hubs.map((hub) =>
      placeSessions(
        hub,
        sessions.filter(({ namespace }) => namespace === hub.namespace),
        day,
      ),
    );
    return { sessions: placed.flatMap((hub) => hub.sessions), nodes: placed.flatMap(({ nodes }) => nodes) };
  };

  const sessionsOn = (day: Day) => {
    const startMs = startOfDay(day).getTime();
    const before = startedOn(addDays(day, -1)).sessions;
    return [...before.filter((session) => session.endMs > startMs), ...startedOn(day).sessions];
  };

  const standingNodes = (fromMs: number, untilMs: number) =>
    options.hubs.flatMap((hub) => alwaysOnNode(hub, fromMs, untilMs) ?? []);

  const nodesOn = (day: Day): ClusterNode[] => {
    const fromMs = startOfDay(day).getTime();
    const untilMs = fromMs + MS_PER_DAY;
    return [...startedOn(addDays(day, -1)).nodes, ...startedOn(day).nodes, ...standingNodes(fromMs, untilMs)]
      .filter((node) => nodeMsWithin(node, fromMs, untilMs) > 0)
      .map((node) => ({ ...node, fromMs: Math.max(node.fromMs, fromMs), untilMs: Math.min(node.untilMs, untilMs) }));
  };

  const bill = (day: Day): LineItem[] => {
    const hours = new Map<string, Map<NodeType, number>>();
    for (const { namespace, type, fromMs, untilMs } of nodesOn(day)) {
      const ofHub = hours.get(namespace) ?? new Map<NodeType, number>();
      hours.set(namespace, ofHub.set(type, (ofHub.get(type) ?? 0) + (untilMs - fromMs) / MS_PER_HOUR));
    }
    const homeGib = (hub: HubOptions) => 20 * roster.filter((person) => person.namespace === hub.namespace).length;
    const hubs = options.hubs.flatMap((hub) => {
      const nodes = [...(hours.get(hub.namespace) ?? [])].map(([type, ofType]) => ({ type, hours: ofType }));
      const demand = { hub, nodes, homeGib: homeGib(hub) };
      return hubCosts(seed, options.clusterName, demand, day);
    });
    const others = OTHER_HUBS.flatMap((hub) => {
      return hubCosts(seed, options.otherClusterName, { hub, nodes: OTHER_NODES, homeGib: 200 }, day);
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
    sessionsStartedOn: (day) => startedOn(day).sessions,
    sessionsOn,
    nodesStartedOn: (day) => startedOn(day).nodes,
    nodesOn,
    standingNodes,
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
    trueNodeShares(day) {
      const startMs = startOfDay(day).getTime();
      const nodes = nodesOn(day);
      const typeOf = (session: Session) =>
        nodes.find(
          ({ name, fromMs, untilMs }) =>
            name === session.node && fromMs < session.endMs && session.scheduledMs! < untilMs,
        )!.type;
      const shares = new Map<string, TrueNodeShare>();
      for (const session of sessionsOn(day)) {
        const ms = scheduledMsWithin(session, startMs, startMs + MS_PER_DAY);
        if (ms === 0) continue;
        const { namespace, username } = session;
        const type = typeOf(session);
        const key = JSON.stringify([namespace, username, type.name]);
        const nodeSeconds = (shares.get(key)?.nodeSeconds ?? 0) + (shareOf(session, type) * ms) / 1000;
        shares.set(key, { namespace, username, instanceType: type.name, nodeSeconds });
      }
      return [...shares.values()];
    },
  };
}

interface Started {
  readonly sessions: readonly Session[];
  readonly nodes: readonly ClusterNode[];
}
