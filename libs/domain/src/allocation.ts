import type { Component } from './components.js';
import type { Measure } from './usage.js';

/**
 * Who bears a component's cost. `hub`: a hub's tagged cost goes to that hub's users, untagged cost to all users of the
 * cluster. `cluster`: all cost goes to all users of the cluster.
 */
export const ALLOCATIONS = ['hub', 'cluster'] as const;
export type Allocation = (typeof ALLOCATIONS)[number];

/**
 * The whole policy that a day's user costs are made with. Users of excluded hubs stay unnamed. `dividedBy` lists the
 * measures that divide the cost of a component among users; a component of none of them stays unallocated.
 */
export interface AllocationPolicy {
  readonly allocation: Allocation;
  readonly excludedHubs: readonly string[];
  readonly dividedBy: readonly DividingMeasure[];
}

/** A measure, and the component whose cost it divides. */
export interface DividingMeasure extends Pick<Measure, 'name' | 'dataset'> {
  readonly component: Component;
}
