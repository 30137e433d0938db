import type { z } from 'zod';
import type { Bill } from './bill.js';
import { CostExplorerError } from './errors.js';
import { getCostAndUsage } from './get-cost-and-usage.js';
import { getTags, listCostAllocationTags } from './list-tags.js';
import { ALLOCATION_TAGS_REQUEST, COST_AND_USAGE_REQUEST, parseRequest, TAGS_REQUEST } from './request-shape.js';

/** What an operation sends back for a request body, as a value to send as JSON. */
type Operation = (bill: Bill, body: unknown) => object;

function operation<T>(shape: z.ZodType<T>, respond: (bill: Bill, request: T) => object): Operation {
  return (bill, body) => respond(bill, parseRequest(shape, body));
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  GetCostAndUsage: operation(COST_AND_USAGE_REQUEST, getCostAndUsage),
  GetTags: operation(TAGS_REQUEST, getTags),
  ListCostAllocationTags: operation(ALLOCATION_TAGS_REQUEST, listCostAllocationTags),
};

/**
 * The operation that an X-Amz-Target header names.
 *
 * @throws CostExplorerError UnknownOperationException for one that nobody here sends.
 */
export function operationOf(target: string | undefined): readonly [name: string, run: Operation] {
  const found = Object.entries(OPERATIONS).find(([name]) => target === `AWSInsightsIndexService.${name}`);
  if (found === undefined) throw new CostExplorerError('UnknownOperationException', 'Unknown operation');
  return found;
}
