import type { Day } from '#libs/domain';
import type { LineItem } from '../estate/index.js';

/** What Cost Explorer answers from, and how it behaves beyond the documented. */
export interface Bill {
  readonly today: Day;
  /** Of the time before it there are no data, and no request may start there. Undefined: older than what is kept. */
  readonly firstDay: Day | undefined;
  /** So many of the last days, today included, are marked as estimated. */
  readonly estimatedDays: number;
  /** Groups (or values) on a page; AWS does not document its own. */
  readonly pageSize: number;
  /** The lines of a day, with the tags that are active. */
  lineItemsOn(day: Day): readonly LineItem[];
  /** Every tag key of the account, and whether it is active for cost allocation. */
  allocationTags(): readonly AllocationTag[];
}

export interface AllocationTag {
  readonly TagKey: string;
  readonly Type: 'AWSGenerated' | 'UserDefined';
  readonly Status: 'Active' | 'Inactive';
  readonly LastUsedDate: string;
}
