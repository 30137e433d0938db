import { eachDay } from '#libs/domain';
import type { LineItem } from '../estate/index.js';
import type { Bill } from './bill.js';
import { compileFilter } from './filter.js';
import { pageOf } from './pages.js';
import type { AllocationTagsRequest, TagsRequest } from './request-shape.js';
import { windowOf } from './window.js';

/** The response of GetTags: the keys in use, or one key's values, with '' when some cost is without it. */
export function getTags(bill: Bill, request: TagsRequest) {
  const { NextPageToken: token, ...parameters } = request;
  const { TagKey, TimePeriod, Filter } = parameters;
  const matches = compileFilter(Filter);
  const valuesOf = (item: LineItem) => (TagKey === undefined ? Object.keys(item.tags) : [item.tags[TagKey] ?? '']);
  const found = new Set<string>();
  for (const day of eachDay(windowOf(TimePeriod, bill))) {
    for (const item of bill.lineItemsOn(day).filter(matches)) valuesOf(item).forEach((value) => found.add(value));
  }
  const page = pageOf([...found].sort(), bill.pageSize, { operation: 'GetTags', parameters, token });
  return { Tags: page.items, ReturnSize: page.items.length, TotalSize: found.size, NextPageToken: page.nextToken };
}

/** The response of ListCostAllocationTags; its token is called NextToken. */
export function listCostAllocationTags(bill: Bill, request: AllocationTagsRequest) {
  const { NextToken: token, ...parameters } = request;
  const size = parameters.MaxResults ?? 100;
  const page = pageOf(bill.allocationTags(), size, { operation: 'ListCostAllocationTags', parameters, token });
  return { CostAllocationTags: page.items, NextToken: page.nextToken };
}
