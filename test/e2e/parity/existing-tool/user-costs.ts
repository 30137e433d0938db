import { totalCostsPerComponent } from './costs.js';
import type { DayRange, ExistingTool } from './existing-tool.js';
import { toFourDecimals } from './rounding.js';
import { computeShares } from './usage.js';

export interface UserCost {
  readonly date: string;
  readonly hub: string;
  readonly user: string;
  readonly value: number;
  /** Of the day's compute, over all hubs; or over one hub where that was asked for. */
  readonly share: number;
}

/** Compute of each person, without the copies that it makes of a person's row for each of their groups. */
export async function computeCostsPerUser(tool: ExistingTool, days: DayRange, hub?: string): Promise<UserCost[]> {
  const costs = new Map<string, number>();
  for (const { date, component, cost } of await totalCostsPerComponent(tool, days, hub)) {
    if (component === 'compute') costs.set(date, cost);
  }
  const shares = await computeShares(tool, days, hub);
  return shares
    .filter(({ date, hub }) => costs.has(date) && hub !== 'binder')
    .map((row) => ({ ...row, value: toFourDecimals(row.share * costs.get(row.date)!) }));
}
