import type { IncomingHttpHeaders } from 'node:http';
import type { FaultSchedule } from '../faults/fault-schedule.js';
import { respond, strikeResponse, type Outcome } from '../faults/outcome.js';
import type { Bill } from './bill.js';
import { CostExplorerError, usualMessage } from './errors.js';
import { operationOf } from './operations.js';
import type { RequestCounts } from './request-counts.js';

const CONTENT_TYPE = 'application/x-amz-json-1.1';

/** Responds to what the SDK posts to the Cost Explorer endpoint, faults included, and counts it. */
export function serveCostExplorer(
  bill: Bill,
  faults: FaultSchedule,
  counts: RequestCounts,
  headers: IncomingHttpHeaders,
  text: string,
): Outcome {
  let operation = 'unknown';
  try {
    if (headers.authorization === undefined) {
      throw new CostExplorerError('MissingAuthenticationTokenException', 'Missing Authentication Token');
    }
    const [name, run] = operationOf(headers['x-amz-target'] as string | undefined);
    operation = name;
    const body = parseBody(text);
    const hasToken = typeof body === 'object' && body !== null && ('NextPageToken' in body || 'NextToken' in body);
    const fault = faults.strike({ operation, hasToken });
    if (fault?.kind === 'lost-token') {
      throw new CostExplorerError('InvalidNextTokenException', usualMessage('InvalidNextTokenException'));
    }
    if (fault?.kind === 'error') {
      throw new CostExplorerError(fault.name, fault.message ?? usualMessage(fault.name), fault.status);
    }
    const struck = fault && strikeResponse(fault);
    if (struck) {
      counts.record(operation, 'refused');
      return struck;
    }
    const seen = fault?.kind === 'empty-answer' ? { ...bill, lineItemsOn: () => [] } : bill;
    const response = run(seen, body);
    counts.record(operation, 'answered');
    faults.countAnswered();
    return respond(200, CONTENT_TYPE, JSON.stringify(response));
  } catch (error) {
    if (!(error instanceof CostExplorerError)) throw error;
    counts.record(operation, 'refused');
    // Modelled errors call it Message, common ones message; the SDK reads either.
    const body = JSON.stringify({ __type: error.name, message: error.message, Message: error.message });
    return respond(error.status, CONTENT_TYPE, body, { 'x-amzn-ErrorType': error.name });
  }
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CostExplorerError('SerializationException', 'Unable to parse the request');
  }
}
