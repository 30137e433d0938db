import type { Component } from './components.js';
import type { Day } from './day.js';

/** The unit of a measure: what it counts, integrated over a day. */
export type MeasureUnit = 'byte-seconds' | 'node-seconds' | 'core-seconds' | 'GPU-seconds';

/**
 * Something that Prometheus counts for each user. Measures of one dataset are read together: they have one coverage and
 * are replaced together. libs/prometheus has the list, with the query of each.
 */
export interface Measure {
  readonly name: string;
  readonly unit: MeasureUnit;
  readonly dataset: UsageDataset;
  /** The component whose cost it divides; undefined: none, it informs. */
  readonly component: Component | undefined;
  /** Whether a quantity is of one instance type: then each type's cost is divided by itself. */
  readonly byInstanceType?: boolean;
}

/** What is read of a day as one thing: the dataset of a measure, or the memberships in groups. */
export type UsageDataset = string;

export const MEMBERSHIPS = 'memberships';

/** Stands for all hubs at once in a reading of a dataset. */
export const ALL_HUBS = '';

/** A quantity of a measure as a whole number of thousandths of its unit: the scale of `numeric(30,3)` in Postgres. */
export type Quantity = bigint;

/** One person's usage in one hub over one UTC day. The quantity is above 0; `instanceType` is '' where the measure has none. */
export interface UserUsage {
  readonly hub: string;
  readonly username: string;
  readonly measure: string;
  readonly instanceType: string;
  readonly quantity: Quantity;
}

/** What the cluster's nodes of an instance type had to offer on a day, core nodes left out. */
export interface NodeCapacity {
  readonly instanceType: string;
  /** In thousandths of a node-second. */
  readonly nodeSeconds: Quantity;
}

/** A person known to a hub, and one of their groups; `usergroup` null: known, and in no group. */
export interface GroupMembership {
  readonly hub: string;
  readonly username: string;
  readonly usernameEscaped: string;
  readonly usergroup: string | null;
}

/**
 * One dataset as read for one day and hub (or ALL_HUBS). `coverage` is the part of the day (0 to 1) for which Prometheus
 * holds samples of the dataset's metric at all, whoever it is about: 0 means that nothing is known, which is not the same
 * as no usage. `measures` are those that were read, none for memberships: the rows of a measure that was read before and is
 * not in the reading go. `capacity` comes with a measure by instance type.
 */
export interface DatasetReading<Row extends UserUsage | GroupMembership = UserUsage | GroupMembership> {
  readonly day: Day;
  readonly dataset: UsageDataset;
  readonly hub: string;
  readonly coverage: number;
  readonly measures: readonly string[];
  readonly rows: readonly Row[];
  readonly capacity?: readonly NodeCapacity[];
}

/** A day's usage is final once it was read this long after the day's end: late scrapes and uploads have arrived. */
export const USAGE_SETTLE_MS = 2 * 3_600_000;

/** What Prometheus lacks of a day is requested again on this many days after it: what was away may upload what it kept. */
export const USAGE_RETRY_DAYS = 7;

/** A hub that had samples of a dataset in so many days before is expected to have some. */
export const HUB_EXPECTED_DAYS = 7;

/** Quantities are whole thousandths. */
const THOUSANDTHS = 1000n;

/** A number of Prometheus as a quantity, to the whole unit where it counts bytes: a float64 has no more to say. */
export function quantityOf(value: number, unit: MeasureUnit): Quantity {
  if (unit === 'byte-seconds') return BigInt(Math.round(value)) * THOUSANDTHS;
  return BigInt(Math.round(value * Number(THOUSANDTHS)));
}

/** As a decimal with three digits, `"12.345"`: what Postgres stores unchanged. */
export function formatQuantity(quantity: Quantity): string {
  return `${quantity / THOUSANDTHS}.${(quantity % THOUSANDTHS).toString().padStart(3, '0')}`;
}
