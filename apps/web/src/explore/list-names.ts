import type { DayWindow } from '#libs/domain';
import { fetchCosts } from '../api/allocation.js';
import type { Dimension } from '../view.js';

/** Names of a dimension that have a cost, to choose a filter from. */
export async function listNames(dimension: Dimension, window: DayWindow, signal: AbortSignal): Promise<string[]> {
  const costs = await fetchCosts({ window, by: [dimension] }, signal);
  return [...new Set(costs.flatMap(({ name }) => name || []))].sort();
}
