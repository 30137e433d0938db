import { median, robustSpread } from './statistics.js';

/** What a day may cost before it is an anomaly. */
export interface UsualCost {
  readonly usualUsd: number;
  readonly mostUsd: number;
}

/** Days before these say nothing of a day. */
export const ANOMALY_HISTORY_DAYS = 56;

const WEEK = 7;
/** Less history tells nothing. */
const LEAST_DAYS = 14;
const LEAST_WEEKS = 2;
const LEAST_ACTIVE_DAYS = 3;
/** A day has to cost more by this much, */
export const LEAST_ANOMALY_USD = 5;
/** by half of what is usual, */
const LEAST_PART = 0.5;
/** and by so many spreads. */
const SPREADS = 4;
/** With so many days of the last week above the pattern, the pattern is the last week. */
const MOVED_DAYS = 4;

/**
 * What the day after these is expected to cost at most, from its own pattern: the median of the same weekday in the last
 * eight weeks and how far it spreads. A cost that is not there on most such days is compared with the days on which it is;
 * one that has moved to another level, with the last week.
 *
 * @param history the days before, the last of them at the end; undefined: not known.
 * @returns undefined where too little is known.
 */
export function usualCostAfter(history: readonly (number | undefined)[]): UsualCost | undefined {
  const recent = history.slice(-ANOMALY_HISTORY_DAYS);
  if (known(recent).length < LEAST_DAYS) return undefined;
  const byWeekday = patternAfter(recent);
  const lastWeek = recent.slice(-WEEK);
  const above = lastWeek.filter((usd, at) => {
    const pattern = patternAfter(recent.slice(0, recent.length - lastWeek.length + at));
    return usd !== undefined && pattern !== undefined && usd > pattern.mostUsd;
  });
  const moved = above.length >= MOVED_DAYS ? usualOf(known(lastWeek)) : undefined;
  return moved && byWeekday && moved.mostUsd > byWeekday.mostUsd ? moved : byWeekday;
}

function patternAfter(days: readonly (number | undefined)[]): UsualCost | undefined {
  const sameWeekday = known(days.filter((_, at) => (days.length - at) % WEEK === 0));
  if (sameWeekday.length < LEAST_WEEKS) return undefined;
  if (median(sameWeekday) > 0) return usualOf(sameWeekday);
  const active = known(days).filter((usd) => usd > 0);
  return active.length >= LEAST_ACTIVE_DAYS ? { ...usualOf(active), usualUsd: 0 } : usualOf([0]);
}

function usualOf(amounts: readonly number[]): UsualCost {
  const usualUsd = median(amounts);
  const more = Math.max(LEAST_ANOMALY_USD, LEAST_PART * usualUsd, SPREADS * robustSpread(amounts, usualUsd));
  return { usualUsd, mostUsd: usualUsd + more };
}

function known(days: readonly (number | undefined)[]): number[] {
  return days.filter((usd) => usd !== undefined);
}
