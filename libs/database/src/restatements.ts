import type { AttributedCost, Usd } from '#libs/domain';

/** A stored cost that a later reading changed; undefined: there was none, or there is none any more. */
export interface Restatement extends Pick<AttributedCost, 'hub' | 'service' | 'component'> {
  readonly beforeUsd: Usd | undefined;
  readonly afterUsd: Usd | undefined;
}

/**
 * What differs between two readings of a day, by hub, service and component. A cost of 0 that comes or goes changes no
 * figure and is none.
 */
export function listRestatements(before: readonly AttributedCost[], after: readonly AttributedCost[]): Restatement[] {
  const costs = [costsByPlace(before), costsByPlace(after)] as const;
  const keys = new Set([...costs[0].keys(), ...costs[1].keys()]);
  return [...keys].sort().flatMap((key) => {
    const [beforeUsd, afterUsd] = [costs[0].get(key)?.amountUsd, costs[1].get(key)?.amountUsd];
    if ((beforeUsd ?? 0n) === (afterUsd ?? 0n)) return [];
    const { hub, service, component } = (costs[0].get(key) ?? costs[1].get(key))!;
    return [{ hub, service, component, beforeUsd, afterUsd }];
  });
}

/** Costs of the same hub, service, component and instance type as one, in the order in which they first come. */
export function mergeCosts(costs: readonly AttributedCost[]): AttributedCost[] {
  const key = ({ hub, service, component, instanceType = '' }: AttributedCost) => [
    hub,
    service,
    component,
    instanceType,
  ];
  return [...mergeBy(costs, key).values()];
}

/** What moves between instance types of a service restates nothing: AWS named no other amount for the service. */
function costsByPlace(costs: readonly AttributedCost[]): Map<string, AttributedCost> {
  return mergeBy(costs, ({ hub, service, component }) => [hub, service, component]);
}

function mergeBy(
  costs: readonly AttributedCost[],
  partsOf: (cost: AttributedCost) => readonly string[],
): Map<string, AttributedCost> {
  const merged = new Map<string, AttributedCost>();
  for (const cost of costs) {
    const key = JSON.stringify(partsOf(cost));
    merged.set(key, { ...cost, amountUsd: cost.amountUsd + (merged.get(key)?.amountUsd ?? 0n) });
  }
  return merged;
}
