import { formatUsd, parseUsd, type Usd } from '#libs/domain';
import { COST_METRICS, type CostMetric, type LineItem } from '../estate/index.js';
import { validationError } from './errors.js';

/** A metric's name and sum as AWS sends them. */
export type MetricValues = Record<string, { Amount: string; Unit: string }>;

const QUANTITIES = ['UsageQuantity', 'NormalizedUsageAmount'];

/** @throws CostExplorerError ValidationException for a metric that AWS does not know. */
export function checkMetrics(metrics: readonly string[]): void {
  const unknown = metrics.find((metric) => !isCost(metric) && !QUANTITIES.includes(metric));
  if (unknown !== undefined) {
    throw validationError(`Metric ${unknown} is invalid. Valid values: ${[...COST_METRICS, ...QUANTITIES].join(', ')}`);
  }
}

/** Adds the metrics of lines up, exactly. */
export class MetricSums {
  private readonly sums: Usd[];

  constructor(private readonly metrics: readonly string[]) {
    this.sums = metrics.map(() => 0n);
  }

  add(item: LineItem): void {
    this.metrics.forEach((metric, index) => {
      this.sums[index]! += parseUsd(isCost(metric) ? item.amounts[metric] : item.usageQuantity);
    });
  }

  values(): MetricValues {
    return Object.fromEntries(
      this.metrics.map((metric, index) => [
        metric,
        { Amount: formatAmount(this.sums[index]!), Unit: isCost(metric) ? 'USD' : 'N/A' },
      ]),
    );
  }
}

/** A decimal as AWS's Java writes it: no trailing zeros, and `4.2E-9` for what is below a millionth. */
export function formatAmount(amount: Usd): string {
  const magnitude = amount < 0n ? -amount : amount;
  const sign = amount < 0n ? '-' : '';
  if (magnitude === 0n) return '0';
  if (magnitude >= 10_000n) return formatUsd(amount).replace(/\.?0+$/, '');
  const digits = magnitude.toString();
  const fraction = digits.slice(1).replace(/0+$/, '');
  return `${sign}${digits[0]}${fraction && `.${fraction}`}E${digits.length - 11}`;
}

function isCost(metric: string): metric is CostMetric {
  return (COST_METRICS as readonly string[]).includes(metric);
}
