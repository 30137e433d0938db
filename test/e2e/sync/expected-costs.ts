import type { LineItem } from '../../../apps/simulator/src/index.js';

/** Exact amounts in 1e-10 USD. */
export interface ExpectedDay {
  account: bigint;
  attributable: bigint;
  /** By `hub | service | component`, and of compute instances `| instance type`; sums of 0 are left out. */
  readonly parts: Map<string, bigint>;
}

const AMORTIZED = ['Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'];
const BASES = {
  amortized: { consumption: AMORTIZED, metric: 'AmortizedCost' },
  unblended: { consumption: ['Usage'], metric: 'UnblendedCost' },
  net_amortized: { consumption: AMORTIZED, metric: 'NetAmortizedCost' },
  net_unblended: { consumption: ['Usage'], metric: 'NetUnblendedCost' },
} as const;

const COMPONENTS: Record<string, string> = {
  'Amazon Elastic Compute Cloud - Compute': 'compute',
  'EC2 - Other': 'compute',
  'Amazon Elastic Container Service for Kubernetes': 'core',
  'Amazon Elastic File System': 'home storage',
  'Amazon Simple Storage Service': 'object storage',
  'Amazon Elastic Load Balancing': 'networking',
  'Amazon Virtual Private Cloud': 'networking',
  'AWS Backup': 'backup',
};

/**
 * What a day's bill comes to, counted line by line: no filter expression, no grouping, nothing of the code under test.
 */
export function expectedDay(
  bill: readonly LineItem[],
  cluster: string,
  basis: keyof typeof BASES = 'amortized',
): ExpectedDay {
  const { consumption, metric } = BASES[basis];
  const day: ExpectedDay = { account: 0n, attributable: 0n, parts: new Map() };
  for (const line of bill) {
    if (!(consumption as readonly string[]).includes(line.dimensions['RECORD_TYPE']!)) continue;
    const amount = BigInt(line.amounts[metric].replace('.', ''));
    day.account += amount;
    const belongs =
      line.tags['alpha.eksctl.io/cluster-name'] === cluster ||
      line.tags[`kubernetes.io/cluster/${cluster}`] === 'owned' ||
      line.tags['2i2c.org/cluster-name'] === cluster;
    if (!belongs) continue;
    day.attributable += amount;
    const service = line.dimensions['SERVICE']!;
    const component = componentOf(line, service);
    const type = line.dimensions['INSTANCE_TYPE']!;
    const isOfType = component === 'compute' && type !== 'NoInstanceType';
    const part = [line.tags['2i2c:hub-name'] || 'support', service, component, ...(isOfType ? [type] : [])].join(' | ');
    day.parts.set(part, (day.parts.get(part) ?? 0n) + amount);
  }
  for (const [part, amount] of day.parts) if (amount === 0n) day.parts.delete(part);
  return day;
}

function componentOf({ tags, dimensions }: LineItem, service: string): string {
  const isEc2Other = service === 'EC2 - Other';
  if (isEc2Other && tags['2i2c:volume-purpose'] === 'home-nfs') return 'home storage';
  const isNode = isEc2Other || service === 'Amazon Elastic Compute Cloud - Compute';
  if (isNode && tags['2i2c:node-purpose'] === 'core') return 'core';
  if (isEc2Other && dimensions['USAGE_TYPE_GROUP']?.startsWith('EC2: NAT Gateway - ')) return 'core';
  if (isEc2Other && tags['kubernetes.io/created-for/pvc/name'] === 'hub-db-dir') return 'core';
  if (isEc2Other && tags['kubernetes.io/created-for/pvc/namespace'] === 'support') return 'core';
  return COMPONENTS[service] ?? 'other';
}
