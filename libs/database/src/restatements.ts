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
  const sums = [sumByKey(before), sumByKey(after)] as const;
  const keys = new Set([...sums[0].keys(), ...sums[1].keys()]);
  return [...keys].sort().flatMap((key) => {
    const [beforeUsd, afterUsd] = [sums[0].get(key), sums[1].get(key)];
    if ((beforeUsd ?? 0n) === (afterUsd ?? 0n)) return [];
    const [hub, service, component] = JSON.parse(key) as [string, string, string];
    return [{ hub, service, component, beforeUsd, afterUsd }];
  });
}

function sumByKey(costs: readonly AttributedCost[]): Map<string, Usd> {
  const sums = new Map<string, Usd>();
  for (const { hub, service, component, amountUsd } of costs) {
    const key = JSON.stringify([hub, service, component]);
    sums.set(key, (sums.get(key) ?? 0n) + amountUsd);
  }
  return sums;
}
