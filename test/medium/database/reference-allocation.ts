import type { AllocationPolicy, AttributedCost, Usd, UserUsage } from '#libs/domain';

/** `hub/username/component` → direct and shared part; `-` for no username. Rows of nothing are left out. */
export type ReferenceCosts = Map<string, { directUsd: Usd; sharedUsd: Usd }>;

/**
 * The allocation once more, in whole numbers and by loops: written from the rules, not from the SQL. A pool is handed
 * out user by user; each takes what brings the handed-out sum to the pool's rounded part so far.
 */
export function allocateByReference(
  costs: readonly AttributedCost[],
  usages: readonly UserUsage[],
  policy: AllocationPolicy,
): ReferenceCosts {
  const result: ReferenceCosts = new Map();
  const add = (hub: string, username: string, component: string, kind: 'directUsd' | 'sharedUsd', amount: Usd) => {
    const key = `${hub}/${username}/${component}`;
    const row = result.get(key) ?? { directUsd: 0n, sharedUsd: 0n };
    row[kind] += amount;
    result.set(key, row);
  };
  const handOut = (component: string, pool: Usd, users: readonly UserUsage[], kind: 'directUsd' | 'sharedUsd') => {
    const total = users.reduce((sum, user) => sum + user.quantity, 0n);
    let used = 0n;
    let handedOut = 0n;
    for (const user of users) {
      used += user.quantity;
      const due = roundedQuotient(pool * used, total);
      const username = policy.excludedHubs.includes(user.hub) ? '-' : user.username;
      add(user.hub, username, component, kind, due - handedOut);
      handedOut = due;
    }
  };
  const keep = (cost: AttributedCost) =>
    add(cost.hub, '-', cost.component, cost.hub === 'support' ? 'sharedUsd' : 'directUsd', cost.amountUsd);

  for (const component of new Set(costs.map((cost) => cost.component))) {
    const ofComponent = costs.filter((cost) => cost.component === component);
    const users = usages
      .filter(({ measure }) => policy.dividedBy.some((by) => by.component === component && by.name === measure))
      .sort((a, b) => compareBytes(a.hub, b.hub) || compareBytes(a.username, b.username));
    const isDirect = (cost: AttributedCost) => policy.allocation === 'hub' && cost.hub !== 'support';

    for (const hub of new Set(ofComponent.filter(isDirect).map((cost) => cost.hub))) {
      const own = ofComponent.filter((cost) => cost.hub === hub);
      const hubUsers = users.filter((user) => user.hub === hub);
      if (hubUsers.length === 0) own.forEach(keep);
      else handOut(component, total(own), hubUsers, 'directUsd');
    }
    const common = ofComponent.filter((cost) => !isDirect(cost));
    if (users.length === 0) common.forEach(keep);
    else handOut(component, total(common), users, 'sharedUsd');
  }
  for (const [key, row] of result) if (row.directUsd === 0n && row.sharedUsd === 0n) result.delete(key);
  return result;
}

function total(costs: readonly AttributedCost[]): Usd {
  return costs.reduce((sum, cost) => sum + cost.amountUsd, 0n);
}

/** Rounded half away from zero; the divisor is positive. */
function roundedQuotient(dividend: bigint, divisor: bigint): bigint {
  const magnitude = ((dividend < 0n ? -dividend : dividend) * 2n + divisor) / (divisor * 2n);
  return dividend < 0n ? -magnitude : magnitude;
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
