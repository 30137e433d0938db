/**
 * Who bears a shared component's cost. `hub`: a hub's tagged cost goes to that hub's users, untagged cost to all users
 * of the cluster. `cluster`: all cost goes to all users of the cluster.
 */
export const ALLOCATIONS = ['hub', 'cluster'] as const;
export type Allocation = (typeof ALLOCATIONS)[number];

/** The whole policy that a day's user costs are made with. Users of excluded hubs stay unnamed. */
export interface AllocationPolicy {
  readonly allocation: Allocation;
  readonly excludedHubs: readonly string[];
}
