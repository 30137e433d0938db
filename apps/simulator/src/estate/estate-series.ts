import type { Day } from '#libs/domain';
import type { Estate } from './estate.js';
import { clusterTags, HUB_TAG } from './tags.js';

const COUNTED = ['Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'];

/** The amortized cost of the estate's cluster on each day, in USD, by what the key makes of hub tag and service. */
export function costSeries(
  estate: Estate,
  days: readonly Day[],
  keyOf: (place: { readonly hub: string; readonly service: string }) => string,
): Map<string, number[]> {
  const ours = Object.values(clusterTags(estate.options.clusterName)).flatMap((tags) => Object.entries(tags));
  const series = new Map<string, number[]>();
  days.forEach((day, at) => {
    for (const { dimensions, tags, amounts } of estate.lineItemsOn(day)) {
      if (!COUNTED.includes(dimensions['RECORD_TYPE']!) || !ours.some(([key, value]) => tags[key] === value)) continue;
      addTo(
        series,
        keyOf({ hub: tags[HUB_TAG] ?? 'support', service: dimensions['SERVICE']! }),
        at,
        Number(amounts.AmortizedCost),
        days.length,
      );
    }
  });
  return series;
}

/** Adds to a day of a series, which is 0 on all other days. */
export function addTo(series: Map<string, number[]>, key: string, at: number, usd: number, days: number): void {
  const own = series.get(key) ?? Array<number>(days).fill(0);
  own[at]! += usd;
  series.set(key, own);
}
