import { addDays, sumUsd, type DayWindow, type Usd } from '#libs/domain';
import { fetchCosts } from '../api/allocation.js';
import { fetchJson } from '../api/client.js';
import type { Usage } from '../api/rows.js';

/** What is known of a person or a group beside their cost by component. */
export interface Facts {
  readonly hubs: readonly string[];
  readonly groups: readonly string[];
  readonly members: number;
  /** The parts of their cost that come from a hub's tagged cost, and from untagged cost. */
  readonly direct: Usd;
  readonly shared: Usd;
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
  const filters = { [kind]: [name] };
  const usageRange = { from: window.from, to: addDays(window.until, -1), user: name };
  const [costs, usage, all] = await Promise.all([
    fetchCosts({ window, by: ['hub', 'user', 'usergroup'], filters }, signal),
    kind === 'user' ? fetchJson<Usage[]>('total_usage', usageRange, signal) : [],
    ranked ? fetchCosts({ window, by: [kind] }, signal) : [],
  ]);
  const direct = sumUsd(costs.map((cost) => cost.direct));
  return {
    hubs: distinct(costs.map(({ row }) => row.hub)),
    groups: distinct(costs.map(({ row }) => row.usergroup)),
    members: new Set(costs.map(({ row }) => JSON.stringify([row.hub, row.user]))).size,
    direct,
    shared: sumUsd(costs.map(({ usd }) => usd)) - direct,
    usage: usageOf(usage),
    rank: rankOf(name, all),
  };
}

function usageOf(rows: readonly Usage[]): Facts['usage'] {
  return distinct(rows.map(({ component }) => component)).map((component) => ({
    component,
    gibHours: rows.filter((row) => row.component === component).reduce((sum, row) => sum + row.gib_hours, 0),
  }));
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
