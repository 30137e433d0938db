import type { SharedComponent } from './components.js';
import type { Day } from './day.js';

/** What Prometheus is read for, each day on its own: the usage of a shared component, or who is in which group. */
export const USAGE_DATASETS = ['compute', 'home storage', 'memberships'] as const;
export type UsageDataset = (typeof USAGE_DATASETS)[number];

/** One person's use of a shared component in one hub over one UTC day. A whole number of byte-seconds, above 0. */
export interface UserUsage {
  readonly hub: string;
  readonly username: string;
  readonly component: SharedComponent;
  readonly byteSeconds: bigint;
}

/** A person known to a hub, and one of their groups; `usergroup` null: known, and in no group. */
export interface GroupMembership {
  readonly hub: string;
  readonly username: string;
  readonly usernameEscaped: string;
  readonly usergroup: string | null;
}

/**
 * One dataset as read for one day. `coverage` is the part of the day (0 to 1) for which Prometheus holds samples of
 * the dataset's metric at all, whoever it is about: 0 means that nothing is known, which is not the same as no usage.
 */
export interface DatasetReading<Row> {
  readonly day: Day;
  readonly dataset: UsageDataset;
  readonly coverage: number;
  readonly rows: readonly Row[];
}

/** A day's usage is final once it was read this long after the day's end: late scrapes and uploads have arrived. */
export const USAGE_SETTLE_MS = 2 * 3_600_000;

/** What Prometheus lacks of a day is asked for again on this many days after it: what was away may upload what it kept. */
export const USAGE_RETRY_DAYS = 7;
