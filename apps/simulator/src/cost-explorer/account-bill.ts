import { addDays, firstOfMonth, type Day } from '#libs/domain';
import { AWS_GENERATED_TAGS } from '../estate/tags.js';
import type { Estate, LineItem } from '../estate/index.js';
import type { AllocationTag, Bill } from './bill.js';

export interface BillOptions {
  readonly estimatedDays: number;
  readonly pageSize: number;
  /** Tag keys that nobody activated for cost allocation: no cost carries them. */
  readonly inactiveTags: readonly string[];
  readonly firstDay: Day | undefined;
}

/** The estate's bill as Cost Explorer shows it. `restate` gets a day's lines, and gives them as they are by now. */
export function accountBill(
  estate: Estate,
  options: BillOptions,
  restate: (items: readonly LineItem[]) => readonly LineItem[],
): Bill {
  const { today } = estate.options;
  const inactive = new Set(options.inactiveTags);
  const withActiveTags = (item: LineItem): LineItem => {
    const keys = Object.keys(item.tags);
    if (!keys.some((key) => inactive.has(key))) return item;
    return { ...item, tags: Object.fromEntries(Object.entries(item.tags).filter(([key]) => !inactive.has(key))) };
  };
  return {
    today,
    firstDay: options.firstDay,
    estimatedDays: options.estimatedDays,
    pageSize: options.pageSize,
    lineItemsOn(day) {
      const items = restate(estate.lineItemsOn(day));
      return inactive.size === 0 ? items : items.map(withActiveTags);
    },
    allocationTags() {
      const keys = new Set(AWS_GENERATED_TAGS);
      for (const day of [today, addDays(today, -1)]) {
        for (const item of estate.lineItemsOn(day)) Object.keys(item.tags).forEach((key) => keys.add(key));
      }
      return [...keys].sort().map((TagKey): AllocationTag => ({
        TagKey,
        Type: AWS_GENERATED_TAGS.includes(TagKey) ? 'AWSGenerated' : 'UserDefined',
        Status: inactive.has(TagKey) ? 'Inactive' : 'Active',
        LastUsedDate: `${firstOfMonth(today)}T00:00:00Z`,
      }));
    },
  };
}
