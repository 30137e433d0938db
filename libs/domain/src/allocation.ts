import { COMPUTE, HOME_STORAGE, type Component } from './components.js';
import type { Measure } from './usage.js';

/**
 * Who bears a component's cost. `hub`: a hub's tagged cost goes to that hub's users, untagged cost to all users of the
 * cluster. `cluster`: all cost goes to all users of the cluster.
 */
export const ALLOCATIONS = ['hub', 'cluster'] as const;
export type Allocation = (typeof ALLOCATIONS)[number];

/** Whether idle capacity is shown with the users who bear it, or beside them as unallocated cost. */
export const IDLE_FORMS = ['shared', 'separate'] as const;
export type IdleForm = (typeof IDLE_FORMS)[number];

/** What divides the cost of compute: node-seconds by instance type, or memory requests over the whole of compute. */
export const COMPUTE_MEASURES = ['node_share', 'memory_requested'] as const;
export type ComputeMeasure = (typeof COMPUTE_MEASURES)[number];

/**
 * How a component's cost is divided. `usage`: by a measure. `proportional`: by what users bear of the components named.
 * `even`: each user with usage that day alike. `none`: not at all.
 */
export type ComponentPolicy = 'usage' | 'even' | 'none' | { readonly proportional: readonly Component[] };
export type ComponentPolicies = Readonly<Record<Component, ComponentPolicy>>;

/** The components that a measure divides; all others need a policy of their own to be divided. */
export const COMPONENTS_WITH_USAGE: readonly Component[] = [COMPUTE, HOME_STORAGE];

/**
 * The whole policy that a day's user costs are made with. Users of excluded hubs stay unnamed. `dividedBy` lists the
 * measures that divide the cost of a component among users: of those that were read of a day, the first counts.
 */
export interface AllocationPolicy {
  readonly allocation: Allocation;
  readonly excludedHubs: readonly string[];
  readonly dividedBy: readonly DividingMeasure[];
  /** Default: shared. */
  readonly idle?: IdleForm;
  /** A component that is not here is divided by its measure; if none divides it, it stays unallocated. */
  readonly policies?: ComponentPolicies;
}

/** A measure, and the component whose cost it divides. */
export interface DividingMeasure extends Pick<Measure, 'name' | 'dataset' | 'byInstanceType'> {
  readonly component: Component;
}

/** A component that is divided by what users bear of other components. */
export interface ProportionalComponent {
  readonly component: Component;
  readonly bases: readonly Component[];
}

/** The components form a cycle: each waits for what users bear of the next. */
export class PolicyCycleError extends Error {
  constructor(readonly components: readonly Component[]) {
    super(`${[...components, components[0]].join(' by ')}: these components wait for each other`);
  }
}

/**
 * The proportional components in the order in which they can be divided: those of a step only need what earlier steps
 * divided.
 *
 * @throws PolicyCycleError
 */
export function planProportionalSteps(policies: ComponentPolicies = {}): ProportionalComponent[][] {
  const waiting = new Map<Component, readonly Component[]>();
  for (const [component, policy] of Object.entries(policies)) {
    if (typeof policy === 'object') waiting.set(component, policy.proportional);
  }
  const steps: ProportionalComponent[][] = [];
  while (waiting.size > 0) {
    const step = [...waiting]
      .filter(([, bases]) => !bases.some((base) => waiting.has(base)))
      .map(([component, bases]) => ({ component, bases: [...new Set(bases)] }));
    if (step.length === 0) throw new PolicyCycleError(findCycle(waiting));
    for (const { component } of step) waiting.delete(component);
    steps.push(step);
  }
  return steps;
}

/** Every component that waits leads to another one that does: a walk comes back to where it was. */
function findCycle(waiting: ReadonlyMap<Component, readonly Component[]>): Component[] {
  const walk: Component[] = [];
  let component = [...waiting.keys()][0]!;
  while (!walk.includes(component)) {
    walk.push(component);
    component = waiting.get(component)!.find((base) => waiting.has(base))!;
  }
  return walk.slice(walk.indexOf(component));
}
