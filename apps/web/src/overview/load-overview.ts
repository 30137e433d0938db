import { addDays, dayOf, firstOfMonth, type Day, type Usd } from '#libs/domain';
import { fetchJson } from '../api/client.js';
import type { ComponentCost, DayState, Health, HubCost, UserCost } from '../api/rows.js';
import { today } from '../days.js';
import { readUsd } from '../money.js';
import { lastCompleteDay, periodsOf, type Periods } from './periods.js';

/** One amount of the first screen, by what it is summed by. */
export interface Cost {
  readonly day: Day;
  readonly hub: string;
  readonly component: string;
  readonly user: string;
  readonly usd: Usd;
}

export interface Overview {
  readonly periods: Periods;
  readonly days: readonly DayState[];
  readonly hubCosts: readonly Cost[];
  readonly componentCosts: readonly Cost[];
  readonly userCosts: readonly Cost[];
  /** Components whose cost users share by usage. */
  readonly divided: readonly string[];
  readonly lastReadAt: string | null;
}

const NOBODY = { hub: '', component: '', user: '' };

/** Everything of the first screen; undefined: no complete day is stored yet. */
export async function loadOverview(signal: AbortSignal): Promise<Overview | undefined> {
  const from = [firstOfMonth(today(), -2), addDays(today(), -62)].sort()[0]!;
  const [days, health, divided] = await Promise.all([
    fetchJson<DayState[]>('days', { from }, signal),
    fetchJson<Health>('health', {}, signal),
    fetchJson<string[]>('component-names', {}, signal),
  ]);
  const lastReadAt = lastReadOf(health);
  const lastReadDay = lastReadAt === null ? today() : dayOf(new Date(lastReadAt));
  const last = lastCompleteDay(
    days.map(({ date }) => date),
    lastReadDay,
  );
  if (last === undefined) return undefined;
  const periods = periodsOf(last);
  const exact = { precision: 'exact', to: last };
  const hubRows = await fetchJson<HubCost[]>(
    'total_costs_per_hub',
    { ...exact, from: [periods.monthBefore.from, periods.chart.from].sort()[0] },
    signal,
  );
  const hubs = [...new Set(hubRows.map(({ name }) => name))];
  const [componentRows, userRows] = await Promise.all([
    Promise.all(hubs.map(async (hub) => ({ hub, rows: await componentsOf(hub) }))),
    fetchJson<UserCost[]>('costs_per_user', { ...exact, from: periods.chart.from, groups: 'split' }, signal),
  ]);
  return {
    periods,
    days,
    divided,
    lastReadAt,
    hubCosts: hubRows.map(({ date, name, cost }) => ({ ...NOBODY, day: date, hub: name, usd: readUsd(cost) })),
    componentCosts: componentRows.flatMap(({ hub, rows }) =>
      rows.map(({ date, component, cost }) => ({ ...NOBODY, day: date, hub, component, usd: readUsd(cost) })),
    ),
    userCosts: userRows.map(({ date, hub, component, user, value }) => ({
      day: date,
      hub,
      component,
      user,
      usd: readUsd(value),
    })),
  };

  function componentsOf(hub: string): Promise<ComponentCost[]> {
    return fetchJson('total_costs_per_component', { ...exact, from: periods.chart.from, hub }, signal);
  }
}

function lastReadOf(health: Health): string | null {
  const syncs = health.details['syncs'] as { sources?: { source: string; lastSuccessAt: string | null }[] } | undefined;
  return syncs?.sources?.find(({ source }) => source === 'cost-explorer')?.lastSuccessAt ?? null;
}
