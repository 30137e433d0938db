import { addDays, eachDay, type DayWindow } from '#libs/domain';
import { MEMBER_ACCOUNT, MAIN_ACCOUNT, type LineItem } from '../estate/index.js';
import type { Bill } from './bill.js';
import { compileFilter, type Predicate } from './filter.js';
import { compileGroupings, type Grouping } from './grouping.js';
import { checkMetrics, MetricSums, type MetricValues } from './metrics.js';
import { pageOf } from './pages.js';
import { periodsOf, windowOf } from './periods.js';
import type { CostAndUsageRequest } from './request-shape.js';

interface Group {
  readonly Keys: readonly string[];
  readonly Metrics: MetricValues;
}

/** One row of an answer before it is cut into pages: a group of a period, or a period without groups. */
interface Row {
  readonly period: DayWindow;
  readonly group: Group | undefined;
  readonly total: MetricValues | undefined;
}

const ACCOUNT_NAMES: Readonly<Record<string, string>> = {
  [MAIN_ACCOUNT]: 'hubs',
  [MEMBER_ACCOUNT]: 'development',
};

/**
 * Answers GetCostAndUsage. A group without cost in a period is missing from it; amounts add up exactly; a page holds
 * a number of groups, so that a period may continue on the next one.
 */
export function getCostAndUsage(bill: Bill, request: CostAndUsageRequest) {
  const window = windowOf(request.TimePeriod, bill);
  const periods = periodsOf(window, request.Granularity);
  checkMetrics(request.Metrics);
  const groupings = compileGroupings(request.GroupBy ?? []);
  const matches = compileFilter(request.Filter);
  const rows = periods.flatMap((period): Row[] => {
    const lines = linesOf(bill, period, matches);
    if (groupings.length === 0) return [{ period, group: undefined, total: totalOf(lines, request.Metrics) }];
    const groups = groupsOf(lines, groupings, request.Metrics);
    if (groups.length === 0) return [{ period, group: undefined, total: undefined }];
    return groups.map((group) => ({ period, group, total: undefined }));
  });
  const { NextPageToken: token, ...parameters } = request;
  const page = pageOf(rows, bill.pageSize, { operation: 'GetCostAndUsage', parameters, token });
  const firstEstimated = addDays(bill.today, 1 - bill.estimatedDays);
  return {
    ...(groupings.length > 0 && { GroupDefinitions: groupings.map((grouping) => grouping.definition) }),
    ResultsByTime: resultsOf(page.items, (period) => period.until > firstEstimated),
    DimensionValueAttributes: accountAttributes(page.items, groupings),
    ...(page.nextToken !== undefined && { NextPageToken: page.nextToken }),
  };
}

function linesOf(bill: Bill, period: DayWindow, matches: Predicate): LineItem[] {
  return eachDay(period).flatMap((day) => bill.lineItemsOn(day).filter(matches));
}

function totalOf(lines: readonly LineItem[], metrics: readonly string[]): MetricValues {
  const sums = new MetricSums(metrics);
  for (const line of lines) sums.add(line);
  return sums.values();
}

function groupsOf(lines: readonly LineItem[], groupings: readonly Grouping[], metrics: readonly string[]): Group[] {
  const groups = new Map<string, { keys: string[]; sums: MetricSums }>();
  for (const line of lines) {
    const keys = groupings.map((grouping) => grouping.keyOf(line));
    const id = JSON.stringify(keys);
    const group = groups.get(id) ?? { keys, sums: new MetricSums(metrics) };
    group.sums.add(line);
    groups.set(id, group);
  }
  const ordered = [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  return ordered.map(([, { keys, sums }]) => ({ Keys: keys, Metrics: sums.values() }));
}

function resultsOf(rows: readonly Row[], isEstimated: (period: DayWindow) => boolean) {
  const results: { TimePeriod: object; Total: MetricValues; Groups: Group[]; Estimated: boolean }[] = [];
  let latest: DayWindow | undefined;
  for (const { period, group, total } of rows) {
    if (period !== latest) {
      const TimePeriod = { Start: period.from, End: period.until };
      results.push({ TimePeriod, Total: total ?? {}, Groups: [], Estimated: isEstimated(period) });
      latest = period;
    }
    if (group) results.at(-1)!.Groups.push(group);
  }
  return results;
}

function accountAttributes(rows: readonly Row[], groupings: readonly Grouping[]) {
  const index = groupings.findIndex(({ definition }) => definition.Key === 'LINKED_ACCOUNT');
  if (index < 0) return [];
  const accounts = new Set(rows.flatMap((row) => row.group?.Keys[index] ?? []));
  return [...accounts].map((Value) => ({ Value, Attributes: { description: ACCOUNT_NAMES[Value] ?? Value } }));
}
