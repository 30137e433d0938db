import { addDays, type DayWindow } from '#libs/domain';
import { fetchJson } from '../api/client.js';
import type { ComponentCost, UserGroup } from '../api/rows.js';
import type { Dimension } from '../view.js';

/** Names of a dimension, to choose a filter from. */
export async function listNames(dimension: Dimension, window: DayWindow, signal: AbortSignal): Promise<string[]> {
  const range = { from: window.from, to: addDays(window.until, -1) };
  switch (dimension) {
    case 'hub':
      return fetchJson('hub_names', range, signal);
    case 'component':
      return distinct(
        (await fetchJson<ComponentCost[]>('total_costs_per_component', range, signal)).map((row) => row.component),
      );
    case 'user':
      return distinct((await fetchJson<UserGroup[]>('user_groups', range, signal)).map((row) => row.username));
    case 'usergroup':
      return distinct((await fetchJson<UserGroup[]>('user_groups', range, signal)).map((row) => row.usergroup));
    default:
      return [];
  }
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
