import type { Day, DayWindow, Usd } from '#libs/domain';
import { addDays, eachDay } from '#libs/domain';
import { fetchJson } from '../api/client.js';
import type { ComponentCost, DayState, HubCost, UserCost } from '../api/rows.js';
import { readUsd } from '../money.js';
import type { Dimension, Filters } from '../view.js';
import { windowBefore } from './range.js';

/** The cost of a name on a day; `name` undefined: of no name, since no user bears it. */
export interface NamedCost {
  readonly day: Day;
  readonly name: string | undefined;
  readonly usd: Usd;
}

export interface Costs {
  readonly days: ReadonlyMap<Day, DayState>;
  /** Of the window and of the one before it. */
  readonly costs: readonly NamedCost[];
}

/**
 * What the explorer shows: the costs of a window and of the one before it, by name and day.
 *
 * @param own Who sees their own costs alone is not told what is known of the days: all count as read and final.
 */
export async function loadCosts(
  window: DayWindow,
  by: Dimension,
  filters: Filters,
  own: boolean,
  signal: AbortSignal,
): Promise<Costs> {
  const range = { from: windowBefore(window).from, to: addDays(window.until, -1) };
  const [days, costs] = await Promise.all([
    own ? assumedDays(range) : fetchJson<DayState[]>('days', range, signal),
    costsBy(by, filters, { ...range, precision: 'exact' }, signal),
  ]);
  return { days: new Map(days.map((day) => [day.date, day])), costs };
}

function assumedDays({ from, to }: Record<'from' | 'to', Day>): DayState[] {
  const days = eachDay({ from, until: addDays(to, 1) });
  return days.map((date) => ({ date, estimated: false, usage: 'final' }));
}

type Range = Readonly<Record<'from' | 'to' | 'precision', string>>;

async function costsBy(by: Dimension, filters: Filters, range: Range, signal: AbortSignal): Promise<NamedCost[]> {
  const { hub, component } = filters;
  if (by === 'user' || by === 'usergroup' || filters.user || filters.usergroup) {
    const borne = await costsOfUsers(by, filters, range, signal);
    if (filters.user || filters.usergroup) return borne;
    return [...borne, ...(await leftOver(borne, filters, range, signal))];
  }
  if (by === 'component') {
    const rows = await fetchJson<ComponentCost[]>('total_costs_per_component', { ...range, hub, component }, signal);
    return rows.map((row) => ({ day: row.date, name: row.component, usd: readUsd(row.cost) }));
  }
  const rows = await fetchJson<HubCost[]>('total_costs_per_hub', range, signal);
  const hubs = [...new Set(rows.map(({ name }) => name))].filter((name) => !hub || hub.includes(name));
  if (!component) {
    return rows
      .filter(({ name }) => hubs.includes(name))
      .map(({ date, name, cost }) => ({ day: date, name, usd: readUsd(cost) }));
  }
  const ofHubs = await Promise.all(
    hubs.map(async (name) => {
      const query = { ...range, hub: name, component };
      const ofHub = await fetchJson<ComponentCost[]>('total_costs_per_component', query, signal);
      return ofHub.map(({ date, cost }) => ({ day: date, name, usd: readUsd(cost) }));
    }),
  );
  return ofHubs.flat();
}

async function costsOfUsers(by: Dimension, filters: Filters, range: Range, signal: AbortSignal): Promise<NamedCost[]> {
  const rows = await fetchJson<UserCost[]>('costs_per_user', { ...range, ...filters, groups: 'split' }, signal);
  const nameOf = (row: UserCost) => (by in row ? row[by as 'hub' | 'component' | 'user' | 'usergroup'] : '');
  return rows.map((row) => ({ day: row.date, name: nameOf(row), usd: readUsd(row.value) }));
}

/** What no user bears of each day: its cost less what users bear. */
async function leftOver(
  borne: readonly NamedCost[],
  { hub, component }: Filters,
  range: Range,
  signal: AbortSignal,
): Promise<NamedCost[]> {
  const rows = await fetchJson<ComponentCost[]>('total_costs_per_component', { ...range, hub, component }, signal);
  const left = new Map<Day, Usd>();
  for (const { date, cost } of rows) left.set(date, (left.get(date) ?? 0n) + readUsd(cost));
  for (const { day, usd } of borne) left.set(day, (left.get(day) ?? 0n) - usd);
  return [...left].map(([day, usd]) => ({ day, name: undefined, usd }));
}
