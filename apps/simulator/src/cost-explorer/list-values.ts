import { eachDay } from '#libs/domain';
import type { LineItem } from '../estate/index.js';
import type { AllocationTag, Bill } from './bill.js';
import { validationError } from './errors.js';
import { compileFilter } from './filter.js';
import { pageOf } from './pages.js';
import { windowOf } from './periods.js';
import type { AllocationTagsRequest, DimensionValuesRequest, TagsRequest } from './request-shape.js';

/** Answers GetTags: the keys in use, or one key's values, with '' when some cost is without it. */
export function getTags(bill: Bill, request: TagsRequest) {
  const { TagKey } = request;
  const valuesOf = (item: LineItem) => (TagKey === undefined ? Object.keys(item.tags) : [item.tags[TagKey] ?? '']);
  const { values, page } = searchValues(bill, 'GetTags', request, valuesOf);
  return { Tags: page.items, ReturnSize: page.items.length, TotalSize: values.length, NextPageToken: page.nextToken };
}

/** Answers GetDimensionValues. */
export function getDimensionValues(bill: Bill, request: DimensionValuesRequest) {
  const { Dimension } = request;
  const known = bill.lineItemsOn(bill.today)[0]?.dimensions ?? {};
  if (!Object.hasOwn(known, Dimension)) throw validationError(`Dimension ${Dimension} is not allowed.`);
  const valuesOf = (item: LineItem) => [item.dimensions[Dimension]!].filter((value) => value !== '');
  const { values, page } = searchValues(bill, 'GetDimensionValues', request, valuesOf);
  return {
    DimensionValues: page.items.map((Value) => ({ Value, Attributes: {} })),
    ReturnSize: page.items.length,
    TotalSize: values.length,
    NextPageToken: page.nextToken,
  };
}

/** Answers ListCostAllocationTags; its token is called NextToken. */
export function listCostAllocationTags(bill: Bill, request: AllocationTagsRequest) {
  const wanted = (tag: AllocationTag) =>
    (request.Status === undefined || tag.Status === request.Status) &&
    (request.Type === undefined || tag.Type === request.Type) &&
    (request.TagKeys === undefined || request.TagKeys.includes(tag.TagKey));
  const { NextToken: token, ...parameters } = request;
  const tags = bill.allocationTags().filter(wanted);
  const size = request.MaxResults ?? 100;
  const page = pageOf(tags, size, { operation: 'ListCostAllocationTags', parameters, token });
  return { CostAllocationTags: page.items, NextToken: page.nextToken };
}

function searchValues(
  bill: Bill,
  operation: string,
  request: TagsRequest | DimensionValuesRequest,
  valuesOf: (item: LineItem) => readonly string[],
) {
  if (request.MaxResults !== undefined && request.SortBy === undefined) {
    throw validationError('MaxResults can only be specified with SortBy.');
  }
  const matches = compileFilter(request.Filter);
  const found = new Set<string>();
  for (const day of eachDay(windowOf(request.TimePeriod, bill))) {
    for (const item of bill.lineItemsOn(day).filter(matches)) valuesOf(item).forEach((value) => found.add(value));
  }
  const search = request.SearchString?.toLowerCase() ?? '';
  const values = [...found].filter((value) => value.toLowerCase().includes(search)).sort();
  const { NextPageToken: token, ...parameters } = request;
  if (request.MaxResults !== undefined) {
    return { values, page: { items: values.slice(0, request.MaxResults), nextToken: undefined } };
  }
  return { values, page: pageOf(values, bill.pageSize, { operation, parameters, token }) };
}
