import type { UsageGap } from '#libs/database/queries';
import { addDays, type Day } from '#libs/domain';

/** Days in a row that usage is missing from, of whatever shares them. */
export interface Gap {
  readonly cluster: string;
  readonly from: Day;
  /** The last day; it is part of the gap. */
  readonly to: Day;
  readonly status: UsageGap['status'];
  /** Of the worst day; null when unread. */
  readonly coverage: number | null;
  readonly datasets: readonly string[];
  /** Empty: all hubs at once. */
  readonly hubs: readonly string[];
}

/** Joins days to ranges, and what lacks the same days to one gap. @param days by cluster, dataset and hub, in order. */
export function joinGaps(days: readonly UsageGap[]): Gap[] {
  const ranges: (UsageGap & { from: Day; to: Day })[] = [];
  for (const day of days) {
    const last = ranges.at(-1);
    if (last && sameSeries(last, day) && day.day === addDays(last.to, 1)) {
      ranges[ranges.length - 1] = { ...last, to: day.day, coverage: worst(last.coverage, day.coverage) };
    } else {
      ranges.push({ ...day, from: day.day, to: day.day });
    }
  }
  const gaps = new Map<string, Gap>();
  for (const { cluster, from, to, status, coverage, dataset, hub } of ranges) {
    const key = JSON.stringify([cluster, from, to, status, hub === '']);
    const before = gaps.get(key);
    gaps.set(key, {
      cluster,
      from,
      to,
      status,
      coverage: before ? worst(before.coverage, coverage) : coverage,
      datasets: [...new Set([...(before?.datasets ?? []), dataset])],
      hubs: [...new Set([...(before?.hubs ?? []), ...(hub === '' ? [] : [hub])])],
    });
  }
  return [...gaps.values()].sort((a, b) => compare(a.cluster, b.cluster) || compare(a.from, b.from));
}

function sameSeries(a: UsageGap, b: UsageGap): boolean {
  return a.cluster === b.cluster && a.dataset === b.dataset && a.hub === b.hub && a.status === b.status;
}

function worst(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.min(a, b);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
