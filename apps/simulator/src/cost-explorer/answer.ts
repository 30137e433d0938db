import type { Bill } from './bill.js';
import { CostExplorerError } from './errors.js';
import { getCostAndUsage } from './get-cost-and-usage.js';
import { getDimensionValues, getTags, listCostAllocationTags } from './list-values.js';
import {
  ALLOCATION_TAGS_REQUEST,
  COST_AND_USAGE_REQUEST,
  DIMENSION_VALUES_REQUEST,
  parseRequest,
  TAGS_REQUEST,
} from './request-shape.js';

export const OPERATIONS = ['GetCostAndUsage', 'GetTags', 'GetDimensionValues', 'ListCostAllocationTags'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The operation that an X-Amz-Target header names. */
export function operationOf(target: string | undefined): Operation {
  const operation = OPERATIONS.find((name) => target === `AWSInsightsIndexService.${name}`);
  if (operation === undefined) throw new CostExplorerError('UnknownOperationException', 'Unknown operation');
  return operation;
}

/** The answer to a request body, as a value to send as JSON. */
export function answerOperation(bill: Bill, operation: Operation, body: unknown): object {
  switch (operation) {
    case 'GetCostAndUsage':
      return getCostAndUsage(bill, parseRequest(COST_AND_USAGE_REQUEST, body));
    case 'GetTags':
      return getTags(bill, parseRequest(TAGS_REQUEST, body));
    case 'GetDimensionValues':
      return getDimensionValues(bill, parseRequest(DIMENSION_VALUES_REQUEST, body));
    case 'ListCostAllocationTags':
      return listCostAllocationTags(bill, parseRequest(ALLOCATION_TAGS_REQUEST, body));
  }
}
