import { addDays, eachDay, type Day } from '#libs/domain';
import type { CostMetric, LineItem } from '../estate/index.js';
import type { Bill } from './bill.js';
import { compileFilter } from './filter.js';
import { compileGroupings, type Grouping } from './grouping.js';
import { checkMetrics, sumMetrics, type MetricValues } from './metrics.js';
import { pageOf } from './pages.js';
import type { CostAndUsageRequest } from './request-shape.js';
import { windowOf } from './window.js';

interface Group {
  readonly Keys: readonly string[];
  readonly Metrics: MetricValues;
}

/** One row of a response before it is cut into pages: a group of a day, or a day without groups. */
interface Row {
  readonly day: Day;
  readonly group?: Group;
  readonly total?: MetricValues;
}

/**
 * The response of GetCostAndUsage, by day. A group without cost on a day is missing from it; amounts add up exactly; a
 * page holds a number of groups, so that a day may continue on the next one.
 */
export function getCostAndUsage(bill: Bill, request: CostAndUsageRequest) {
  const { NextPageToken: token, ...parameters } = request;
  const { TimePeriod, Metrics, GroupBy = [], Filter } = parameters;
  const days = eachDay(windowOf(TimePeriod, bill));
  checkMetrics(Metrics);
  const groupings = compileGroupings(GroupBy);
  const matches = compileFilter(Filter);
  const rows = days.flatMap((day): Row[] => {
    const lines = bill.lineItemsOn(day).filter(matches);
    if (groupings.length === 0) return [{ day, total: sumMetrics(lines, Metrics) }];
    const groups = groupsOf(lines, groupings, Metrics);
    return groups.length === 0 ? [{ day }] : groups.map((group) => ({ day, group }));
  });
  const page = pageOf(rows, bill.pageSize, { operation: 'GetCostAndUsage', parameters, token });
  return {
    ...(groupings.length > 0 && { GroupDefinitions: groupings.map((grouping) => grouping.definition) }),
    ResultsByTime: resultsOf(page.items, addDays(bill.today, 1 - bill.estimatedDays)),
    DimensionValueAttributes: [],
    ...(page.nextToken !== undefined && { NextPageToken: page.nextToken }),
  };
}

function groupsOf(lines: readonly LineItem[], groupings: readonly Grouping[], metrics: readonly CostMetric[]): Group[] {
  const groups = new Map<string, LineItem[]>();
  for (const line of lines) {
    const id = JSON.stringify(groupings.map((grouping) => grouping.keyOf(line)));
    groups.set(id, [...(groups.get(id) ?? []), line]);
  }
  const ordered = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return ordered.map(([id, members]) => ({ Keys: JSON.parse(id) as string[], Metrics: sumMetrics(members, metrics) }));
}

function resultsOf(rows: readonly Row[], firstEstimated: Day) {
  const results: { TimePeriod: { Start: Day }; Total: MetricValues; Groups: Group[]; Estimated: boolean }[] = [];
  for (const { day, group, total } of rows) {
    if (results.at(-1)?.TimePeriod.Start !== day) {
      const TimePeriod = { Start: day, End: addDays(day, 1) };
      results.push({ TimePeriod, Total: total ?? {}, Groups: [], Estimated: day >= firstEstimated });
    }
    if (group) results.at(-1)!.Groups.push(group);
  }
  return results;
}
