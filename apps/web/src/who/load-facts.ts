import { sumUsd, type DayWindow, type Usd } from '#libs/domain';
import { fetchCosts, type Cost } from '../api/allocation.js';
import type { Filters } from '../view.js';

/** What is known of a person or a group beside their cost by component. */
export interface Facts {
  readonly hubs: readonly string[];
  readonly groups: readonly string[];
  readonly members: number;
  /** The parts of their cost that come from a hub's tagged cost, and from untagged cost. */
  readonly direct: Usd;
  readonly shared: Usd;
  /** By measure; of a group, what its members used, on days in other groups too: usage is not kept by group. */
  readonly usage: readonly Usage[];
  /** Among whom, and the how manieth; undefined: the caller may not see others, or there is no cost. */
  readonly rank: { readonly place: number; readonly of: number } | undefined;
}

export interface Usage {
  readonly measure: string;
  readonly hours: number;
  /** `GiB-hours`. */
  readonly unit: string;
}

export async function loadFacts(
  kind: 'user' | 'usergroup',
  name: string,
  window: DayWindow,
  others: Filters,
  ranked: boolean,
  signal: AbortSignal,
): Promise<Facts> {
  const filters = { ...others, [kind]: [name] };
  // Usage is of people on hubs: with a group, a component or an instance type asked for, there is none.
  const ofPeople = { ...(others.hub && { hub: others.hub }), ...(kind === 'user' && { user: [name] }) };
  const [costs, people, all] = await Promise.all([
    fetchCosts({ window, by: ['hub', 'user', 'usergroup'], filters }, signal),
    fetchCosts({ window, by: ['hub', 'user'], filters: ofPeople }, signal),
    ranked ? fetchCosts({ window, by: [kind], filters: others }, signal) : [],
  ]);
  const direct = sumUsd(costs.map((cost) => cost.direct));
  const members = new Set(costs.map(personOf));
  return {
    hubs: distinct(costs.map(({ row }) => row.hub)),
    groups: distinct(costs.map(({ row }) => row.usergroup)),
    // By name, as the table and the rank: somebody on two hubs is one row of it.
    members: new Set(costs.map(({ row }) => row.user)).size,
    direct,
    shared: sumUsd(costs.map(({ usd }) => usd)) - direct,
    usage: usageOf(kind === 'user' ? people : people.filter((cost) => members.has(personOf(cost)))),
    rank: rankOf(name, all),
  };
}

function personOf({ row }: Cost): string {
  return JSON.stringify([row.hub, row.user]);
}

/** What an hour of a unit that is counted by the second is called, and how many of these make one. */
const HOURS: Readonly<Record<string, readonly [unit: string, count: number]>> = {
  'byte-seconds': ['GiB-hours', 3600 * 2 ** 30],
  'core-seconds': ['core-hours', 3600],
  'GPU-seconds': ['GPU-hours', 3600],
  'node-seconds': ['node-hours', 3600],
};

function usageOf(costs: readonly Cost[]): Usage[] {
  const sums = new Map<string, Usage>();
  for (const { measure, unit, quantity } of costs.flatMap(({ row }) => row.usage ?? [])) {
    const [hour, count] = HOURS[unit] ?? [unit, 1];
    // The quantity may have come as text, with all its digits.
    const hours = (sums.get(measure)?.hours ?? 0) + Number(quantity) / count;
    const words = measure.replaceAll('_', ' ').replace(/\b[cg]pu\b/, (unit) => unit.toUpperCase());
    sums.set(measure, { measure: words, hours, unit: hour });
  }
  return [...sums.values()].sort((one, other) => (one.measure < other.measure ? -1 : 1));
}

/** The place among all names by cost, the highest first. */
function rankOf(
  name: string,
  costs: readonly { readonly name: string | undefined; readonly usd: Usd }[],
): Facts['rank'] {
  const own = costs.find((cost) => cost.name === name)?.usd;
  if (own === undefined) return undefined;
  const named = costs.filter((cost) => cost.name !== undefined);
  return { place: named.filter(({ usd }) => usd > own).length + 1, of: named.length };
}

function distinct(names: readonly (string | null | undefined)[]): string[] {
  return [...new Set(names.flatMap((name) => name ?? []))].sort();
}
