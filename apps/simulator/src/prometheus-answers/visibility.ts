import { LEAD_MS, LOOKBACK_SECONDS, type SampledSeries, type ScrapeHistory } from '../openmetrics/sampled-series.js';

const LOOKBACK_MS = LOOKBACK_SECONDS * 1000;
export const MS_PER_DAY = 86_400_000;

/** Instants at which a subquery or a range query is evaluated: equally spaced, in ms. */
export interface Grid {
  readonly firstMs: number;
  readonly stepMs: number;
  readonly count: number;
}

/** The grid of a subquery `[1d:<step>]` at an instant: multiples of the step, the left end excluded. */
export function subqueryGrid(atMs: number, stepSeconds: number): Grid {
  const stepMs = stepSeconds * 1000;
  const firstMs = Math.floor((atMs - MS_PER_DAY) / stepMs) * stepMs + stepMs;
  return { firstMs, stepMs, count: Math.floor((atMs - firstMs) / stepMs) + 1 };
}

/** The part of the history that an evaluation over the grid can see. */
export function historyBefore(history: ScrapeHistory, grid: Grid): ScrapeHistory {
  const oldestMs = grid.firstMs - LOOKBACK_MS + LEAD_MS;
  const latestMs = grid.firstMs + (grid.count - 1) * grid.stepMs;
  return {
    ...history,
    from: new Date(Math.max(history.from.getTime(), oldestMs)),
    until: new Date(Math.min(history.until.getTime(), latestMs + 1)),
  };
}

/**
 * Calls back with every point of the grid at which the series has a current sample: the newest, if it is less than
 * five minutes old.
 */
export function forEachVisible(
  { samples }: SampledSeries,
  grid: Grid,
  visit: (index: number, value: number, sampledMs: number) => void,
): void {
  for (const [position, { atMs, value }] of samples.entries()) {
    const untilMs = Math.min(atMs + LOOKBACK_MS, samples[position + 1]?.atMs ?? Infinity);
    const first = Math.max(0, Math.ceil((atMs - grid.firstMs) / grid.stepMs));
    for (let index = first; index < grid.count && grid.firstMs + index * grid.stepMs < untilMs; index++) {
      visit(index, value, atMs);
    }
  }
}
