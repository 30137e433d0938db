import {
  planProportionalSteps,
  type AllocationPolicy,
  type AttributedCost,
  type ComponentPolicy,
  type NodeCapacity,
  type Usd,
  type UserUsage,
} from '#libs/domain';

/** What a row of user_costs has. */
export interface ReferenceCost {
  directUsd: Usd;
  sharedUsd: Usd;
  idleUsd: Usd;
  directIdleUsd: Usd;
}

/** `hub/username/component/instance type/reason` → costs; `-` for no username. Rows of nothing are left out. */
export type ReferenceCosts = Map<string, ReferenceCost>;

export interface ReferenceDay {
  readonly costs: readonly AttributedCost[];
  readonly usages: readonly UserUsage[];
  readonly capacity?: readonly NodeCapacity[];
  /** Measures that were read; default: all that the policy names. */
  readonly read?: readonly string[];
}

interface Weight {
  readonly hub: string;
  readonly username: string | undefined;
  /** Why it has no username. */
  readonly reason?: string;
  readonly quantity: bigint;
}

/**
 * The allocation once more, in whole numbers and by loops: written from the rules, not from the SQL. A pool is handed
 * out user by user; each takes what brings the handed-out sum to the pool's rounded part so far.
 */
export function allocateByReference(day: ReferenceDay, policy: AllocationPolicy): ReferenceCosts {
  const { costs, usages, capacity = [], read = policy.dividedBy.map(({ name }) => name) } = day;
  const rows = new Map<string, ReferenceCost & { hub: string; username: string; component: string; reason: string }>();
  const add = (at: { hub: string; username?: string; component: string; type: string; reason?: string }) => {
    const { hub, username = '-', component, type, reason = '' } = at;
    const key = [hub, username, component, type, reason].join('/');
    const empty = { directUsd: 0n, sharedUsd: 0n, idleUsd: 0n, directIdleUsd: 0n };
    const row = rows.get(key) ?? { ...empty, hub, username, component, reason };
    rows.set(key, row);
    return row;
  };
  const isTagged = (cost: AttributedCost) => cost.hub !== 'support';
  const isDirect = (cost: AttributedCost) => policy.allocation === 'hub' && isTagged(cost);

  const handOut = (
    pool: { component: string; type: string; idle: bigint; capacity: bigint },
    amount: Usd,
    weights: readonly Weight[],
    kind: 'direct' | 'shared',
  ) => {
    const all = sum(weights.map(({ quantity }) => quantity));
    let used = 0n;
    let handedOut = 0n;
    for (const { hub, username, reason = 'anonymous hub', quantity } of weights) {
      used += quantity;
      const due = roundedQuotient(amount * used, all);
      const part = due - handedOut;
      handedOut = due;
      const isNamed = username !== undefined && !policy.excludedHubs.includes(hub);
      const row = add({ hub, ...pool, ...(isNamed ? { username } : { reason }) });
      row[`${kind}Usd`] += part;
      const idle = roundedQuotient(part * pool.idle, pool.capacity);
      const counterpart = add({ hub: kind === 'direct' ? hub : 'support', ...pool, reason: 'idle' });
      row.idleUsd += idle;
      counterpart.idleUsd -= idle;
      if (kind === 'direct') {
        row.directIdleUsd += idle;
        counterpart.directIdleUsd -= idle;
      }
    }
  };

  const dividePool = (
    pool: { component: string; type: string; idle?: bigint; capacity?: bigint },
    poolCosts: readonly AttributedCost[],
    weights: readonly Weight[],
    otherwise: string,
  ) => {
    const whole = { idle: 0n, capacity: 1n, ...pool };
    const keep = (cost: AttributedCost) => {
      add({ hub: cost.hub, ...pool, reason: otherwise })[isTagged(cost) ? 'directUsd' : 'sharedUsd'] += cost.amountUsd;
    };
    for (const hub of new Set(poolCosts.filter(isDirect).map((cost) => cost.hub))) {
      const own = poolCosts.filter((cost) => cost.hub === hub);
      const ofHub = weights.filter((weight) => weight.hub === hub);
      if (ofHub.length === 0) own.forEach(keep);
      else handOut(whole, sum(own.map(({ amountUsd }) => amountUsd)), ofHub, 'direct');
    }
    const common = poolCosts.filter((cost) => !isDirect(cost));
    if (weights.length === 0) common.forEach(keep);
    else handOut(whole, sum(common.map(({ amountUsd }) => amountUsd)), weights, 'shared');
  };

  const policyOf = (component: string): ComponentPolicy | undefined => policy.policies?.[component];
  const steps = planProportionalSteps(policy.policies).flat();
  for (const component of new Set(costs.map((cost) => cost.component))) {
    const own = costs.filter((cost) => cost.component === component);
    const kind = policyOf(component);
    const measures = policy.dividedBy.filter((by) => by.component === component);
    const measure = measures.find(({ name }) => read.includes(name)) ?? measures[0];
    if (typeof kind === 'object') continue;
    if (kind === 'even') {
      const people = weightsOf(usages.map((usage) => ({ ...usage, quantity: 1n })));
      const alike = people.map((person) => ({ ...person, quantity: 1n }));
      dividePool({ component, type: '' }, own, alike, unusedReason(component, read.length > 0));
    } else if (kind === 'none' || measure === undefined) {
      for (const cost of own) {
        dividePool({ component, type: cost.instanceType ?? '' }, [cost], [], 'not allocated');
      }
    } else {
      const used = usages.filter(({ measure: name }) => name === measure.name);
      const types = measure.byInstanceType ? new Set(own.map(({ instanceType = '' }) => instanceType)) : [''];
      for (const type of types) {
        const inPool = measure.byInstanceType ? own.filter(({ instanceType = '' }) => instanceType === type) : own;
        const weights = weightsOf(used.filter(({ instanceType }) => type === '' || instanceType === type));
        const idleness = measure.byInstanceType ? idlenessOf(type, used, capacity) : {};
        dividePool(
          { component, type, ...idleness },
          inPool,
          weights,
          unusedReason(component, read.includes(measure.name)),
        );
      }
    }
  }
  for (const { component, bases } of steps) {
    const borne = new Map<string, Weight>();
    for (const row of rows.values()) {
      if (!bases.includes(row.component) || !['', 'anonymous hub', 'usage not read'].includes(row.reason)) continue;
      const key = `${row.hub}/${row.username}/${row.reason}`;
      const quantity = row.directUsd + row.sharedUsd + (borne.get(key)?.quantity ?? 0n);
      const username = row.username === '-' ? undefined : row.username;
      borne.set(key, { hub: row.hub, username, reason: row.reason, quantity });
    }
    const weights = [...borne.values()].filter(({ quantity }) => quantity > 0n).sort(byHubAndUsername);
    const own = costs.filter((cost) => cost.component === component);
    dividePool({ component, type: '' }, own, weights, 'no usage');
  }
  return new Map(
    [...rows]
      .map(
        ([key, { directUsd, sharedUsd, idleUsd, directIdleUsd }]) =>
          [key, { directUsd, sharedUsd, idleUsd, directIdleUsd }] as const,
      )
      .filter(([, row]) => Object.values(row).some((amount) => amount !== 0n)),
  );
}

function unusedReason(component: string, isRead: boolean): string {
  if (!isRead) return 'usage not read';
  return component === 'compute' ? 'idle' : 'no usage';
}

/** The idle part of an instance type as a fraction; of '' that of all types together. A type that is more than taken has none. */
function idlenessOf(type: string, used: readonly UserUsage[], capacity: readonly NodeCapacity[]) {
  const types = new Set([...used.map(({ instanceType }) => instanceType), ...capacity.map((one) => one.instanceType)]);
  types.delete('');
  let [idle, whole] = [0n, 0n];
  for (const one of type === '' ? types : [type]) {
    const taken = sum(used.filter(({ instanceType }) => instanceType === one).map(({ quantity }) => quantity));
    const offered = capacity.find(({ instanceType }) => instanceType === one)?.nodeSeconds ?? taken;
    idle += offered > taken ? offered - taken : 0n;
    whole += offered;
  }
  return whole === 0n ? {} : { idle, capacity: whole };
}

function weightsOf(usages: readonly UserUsage[]): Weight[] {
  const weights = new Map<string, Weight>();
  for (const { hub, username, quantity } of usages) {
    const key = `${hub}/${username}`;
    weights.set(key, { hub, username, quantity: quantity + (weights.get(key)?.quantity ?? 0n) });
  }
  return [...weights.values()].sort(byHubAndUsername);
}

function byHubAndUsername(a: Weight, b: Weight): number {
  return (
    compareBytes(a.hub, b.hub) ||
    Number(a.username === undefined) - Number(b.username === undefined) ||
    compareBytes(a.username ?? '', b.username ?? '') ||
    compareBytes(a.reason ?? '', b.reason ?? '')
  );
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

/** Rounded half away from zero; the divisor is positive. */
function roundedQuotient(dividend: bigint, divisor: bigint): bigint {
  const magnitude = ((dividend < 0n ? -dividend : dividend) * 2n + divisor) / (divisor * 2n);
  return dividend < 0n ? -magnitude : magnitude;
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
