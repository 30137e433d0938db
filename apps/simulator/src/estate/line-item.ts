import { formatUsd, parseUsd, type Day, type Usd } from '#libs/domain';
import { EC2 } from './services.js';

export const COST_METRICS = ['UnblendedCost', 'AmortizedCost', 'NetUnblendedCost', 'NetAmortizedCost'] as const;
export type CostMetric = (typeof COST_METRICS)[number];

/** RECORD_TYPE, as Cost Explorer names the types of charge. */
export type RecordType =
  | 'Usage'
  | 'DiscountedUsage'
  | 'SavingsPlanCoveredUsage'
  | 'SavingsPlanNegation'
  | 'SavingsPlanRecurringFee'
  | 'RIFee'
  | 'Fee'
  | 'EdpDiscount'
  | 'Credit'
  | 'Refund'
  | 'Tax';

/** One line of the bill. Amounts are exact decimal strings in USD with ten digits. */
export interface LineItem {
  readonly day: Day;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly amounts: Readonly<Record<CostMetric, string>>;
}

/** What a charge is for. Prices are in USD; numbers are rounded to ten digits once, here. */
export interface Charge {
  readonly service: string;
  readonly usageType: string;
  readonly usd: number;
  /** Where it differs from the unblended amount (commitments). */
  readonly amortizedUsd?: number;
  readonly recordType?: RecordType;
  readonly tags?: Readonly<Record<string, string>>;
  readonly operation?: string;
  readonly usageTypeGroup?: string;
  readonly instanceType?: string;
  readonly linkedAccount?: string;
  readonly region?: string;
  readonly purchaseType?: string;
}

export const MAIN_ACCOUNT = '123456789012';
export const MEMBER_ACCOUNT = '210987654321';

/** Of charges for usage, net amounts are after the account's private discount of 3 %. */
const NET_PERCENT = 97n;
const NOT_DISCOUNTED: readonly RecordType[] = ['Credit', 'Refund', 'Tax', 'Fee'];

/** The line that a charge makes on the bill of a day. */
export function lineItem(day: Day, charge: Charge): LineItem {
  const unblended = toUsd(charge.usd);
  const amortized = toUsd(charge.amortizedUsd ?? charge.usd);
  const recordType = charge.recordType ?? 'Usage';
  return {
    day,
    dimensions: {
      SERVICE: charge.service,
      USAGE_TYPE: charge.usageType,
      USAGE_TYPE_GROUP: charge.usageTypeGroup ?? '',
      RECORD_TYPE: recordType,
      OPERATION: charge.operation ?? 'NoOperation',
      REGION: charge.region ?? 'us-west-2',
      INSTANCE_TYPE: charge.instanceType ?? 'NoInstanceType',
      LINKED_ACCOUNT: charge.linkedAccount ?? MAIN_ACCOUNT,
      PURCHASE_TYPE: charge.purchaseType ?? (charge.instanceType ? 'On Demand Instances' : 'NoPurchaseType'),
    },
    tags: charge.tags ?? {},
    amounts: {
      UnblendedCost: formatUsd(unblended),
      AmortizedCost: formatUsd(amortized),
      NetUnblendedCost: formatUsd(netOf(unblended, recordType)),
      NetAmortizedCost: formatUsd(netOf(amortized, recordType)),
    },
  };
}

/** The line of the day's private discount: what the lines cost less in net than in gross. */
export function discountLine(day: Day, items: readonly LineItem[]): LineItem {
  const { dimensions, amounts, ...rest } = lineItem(day, {
    service: EC2,
    usageType: 'Discount',
    usd: 0,
    recordType: 'EdpDiscount',
  });
  const less = (gross: CostMetric, net: CostMetric) =>
    formatUsd(items.reduce((sum, item) => sum + parseUsd(item.amounts[net]) - parseUsd(item.amounts[gross]), 0n));
  const [UnblendedCost, AmortizedCost] = [
    less('UnblendedCost', 'NetUnblendedCost'),
    less('AmortizedCost', 'NetAmortizedCost'),
  ];
  return { ...rest, dimensions, amounts: { ...amounts, UnblendedCost, AmortizedCost } };
}

/** The same line with every amount at so many percent of what it was, as after a restatement. */
export function scaledLineItem(item: LineItem, percent: number): LineItem {
  const scaled = (amount: string) => formatUsd((parseUsd(amount) * BigInt(percent)) / 100n);
  const amounts = Object.fromEntries(COST_METRICS.map((metric) => [metric, scaled(item.amounts[metric])]));
  return { ...item, amounts: amounts as LineItem['amounts'] };
}

function toUsd(amount: number): Usd {
  return BigInt(Math.round(amount * 1e10));
}

/** A discount is a line of its own among gross amounts, and nothing among net ones, whose lines it is part of. */
function netOf(amount: Usd, recordType: RecordType): Usd {
  if (recordType === 'EdpDiscount') return 0n;
  return NOT_DISCOUNTED.includes(recordType) ? amount : (amount * NET_PERCENT) / 100n;
}
