import { addDays, sumUsd, type DayWindow, type Usd } from '#libs/domain';
import { fetchJson } from '../api/client.js';
import type { Usage, UserCost, UserGroup } from '../api/rows.js';
import { readUsd } from '../money.js';

/** What is known of a person or a group beside their cost by component. */
export interface Facts {
  readonly hubs: readonly string[];
  readonly groups: readonly string[];
  readonly members: number;
  /** GiB-hours by component. */
  readonly usage: readonly { readonly component: string; readonly gibHours: number }[];
  /** Among whom, and the how manieth; undefined: the caller may not see others, or there is no cost. */
  readonly rank: { readonly place: number; readonly of: number } | undefined;
}

export async function loadFacts(
  kind: 'user' | 'usergroup',
  name: string,
  window: DayWindow,
  ranked: boolean,
  signal: AbortSignal,
): Promise<Facts> {
  const range = { from: window.from, to: addDays(window.until, -1) };
  const own = { ...range, [kind]: name };
  const [costs, usage, all] = await Promise.all([
    fetchJson<UserCost[]>('costs_per_user', { ...own, groups: 'split', precision: 'exact' }, signal),
    kind === 'user' ? fetchJson<Usage[]>('total_usage', own, signal) : [],
    ranked ? fetchJson<UserCost[]>('costs_per_user', { ...range, groups: 'split', precision: 'exact' }, signal) : [],
  ]);
  const memberships = ranked && kind === 'user' ? await groupsOf(name, range, signal) : [];
  return {
    hubs: distinct(costs.map(({ hub }) => hub)),
    groups: distinct([...costs.map(({ usergroup }) => usergroup), ...memberships]),
    members: new Set(costs.map(({ hub, user }) => JSON.stringify([hub, user]))).size,
    usage: usageOf(usage),
    rank: rankOf(
      name,
      all.map((row) => ({ name: row[kind], usd: readUsd(row.value) })),
    ),
  };
}

async function groupsOf(username: string, range: Record<'from' | 'to', string>, signal: AbortSignal) {
  const rows = await fetchJson<UserGroup[]>('user_groups', { ...range, username }, signal);
  return rows.map(({ usergroup }) => usergroup);
}

function usageOf(rows: readonly Usage[]): Facts['usage'] {
  return distinct(rows.map(({ component }) => component)).map((component) => ({
    component,
    gibHours: rows.filter((row) => row.component === component).reduce((sum, row) => sum + row.gib_hours, 0),
  }));
}

/** The place among all names by cost, the highest first. */
export function rankOf(name: string, costs: readonly { readonly name: string; readonly usd: Usd }[]): Facts['rank'] {
  const sums = new Map<string, Usd[]>();
  for (const cost of costs) sums.set(cost.name, [...(sums.get(cost.name) ?? []), cost.usd]);
  const totals = new Map([...sums].map(([one, amounts]) => [one, sumUsd(amounts)]));
  const own = totals.get(name);
  if (own === undefined) return undefined;
  return { place: [...totals.values()].filter((total) => total > own).length + 1, of: totals.size };
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
