import { sumUsd, type DayWindow, type Usd } from '#libs/domain';
import type { Cost } from './load-overview.js';
import { isWithin } from './periods.js';

/** What something cost in a time, and in the time before it. */
export interface Change<Key> {
  readonly key: Key;
  readonly before: Usd;
  readonly after: Usd;
}

export function costOf(costs: readonly Cost[], window: DayWindow): Usd {
  return sumUsd(costs.filter(({ day }) => isWithin(day, window)).map(({ usd }) => usd));
}

/** What rose, the most first. */
export function risen(costs: readonly Cost[], now: DayWindow, earlier: DayWindow, most: number): Change<Cost>[] {
  const changes = new Map<string, { key: Cost; before: Usd; after: Usd }>();
  for (const cost of costs) {
    const period = isWithin(cost.day, now) ? 'after' : isWithin(cost.day, earlier) ? 'before' : undefined;
    if (!period) continue;
    const name = JSON.stringify([cost.hub, cost.component, cost.user]);
    const change = changes.get(name) ?? { key: cost, before: 0n, after: 0n };
    change[period] += cost.usd;
    changes.set(name, change);
  }
  return [...changes.values()]
    .filter(({ before, after }) => after > before)
    .sort((one, other) => Number(other.after - other.before - (one.after - one.before)))
    .slice(0, most);
}
