import { formatUsd, parseUsd, type Usd } from '#libs/domain';
import { COST_METRICS, type CostMetric, type LineItem } from '../estate/index.js';
import { validationError } from './errors.js';

/** A metric's name and sum as AWS sends them. */
export type MetricValues = Record<string, { Amount: string; Unit: string }>;

/** @throws CostExplorerError ValidationException for a metric that the simulator's lines do not have. */
export function checkMetrics(metrics: readonly string[]): asserts metrics is readonly CostMetric[] {
  const unknown = metrics.find((metric) => !(COST_METRICS as readonly string[]).includes(metric));
  if (unknown !== undefined) {
    throw validationError(`Metric ${unknown} is invalid. Valid values: ${COST_METRICS.join(', ')}`);
  }
}

/** The metrics of all lines together, exactly. */
export function sumMetrics(lines: readonly LineItem[], metrics: readonly CostMetric[]): MetricValues {
  const sumOf = (metric: CostMetric) => lines.reduce((sum, { amounts }) => sum + parseUsd(amounts[metric]), 0n);
  return Object.fromEntries(metrics.map((metric) => [metric, { Amount: formatAmount(sumOf(metric)), Unit: 'USD' }]));
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
