import type { IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { z } from 'zod';
import type { Bill } from './cost-explorer/bill.js';
import { serveCostExplorer } from './cost-explorer/cost-explorer-route.js';
import type { RequestCounts } from './cost-explorer/request-counts.js';
import type { Estate } from './estate/index.js';
import type { FaultSchedule } from './faults/fault-schedule.js';
import { FAULT } from './faults/fault.js';
import { respond, respondJson, strikeResponse, type Outcome } from './faults/outcome.js';
import { CONTENT_TYPE } from './openmetrics/exposition.js';
import { liveText } from './openmetrics/live.js';
import type { ScrapeHistory } from './openmetrics/sampled-series.js';
import { answerInstantQuery, answerRangeQuery } from './prometheus-answers/query-route.js';

export interface Served {
  readonly estate: Estate;
  readonly bill: Bill;
  readonly faults: FaultSchedule;
  readonly requestCounts: RequestCounts;
  readonly history: () => ScrapeHistory;
  readonly now: () => Date;
}

/** Every path that the simulator serves. */
export function makeRouter(served: Served): (request: IncomingMessage) => Promise<Outcome> {
  const { estate, bill, faults, requestCounts, history, now } = served;
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulator');
    const body = await readText(request);
    const form = request.method === 'POST' ? new URLSearchParams(body) : searchParams;
    switch (`${request.method} ${pathname}`) {
      case 'POST /':
        return serveCostExplorer(bill, faults, requestCounts, request.headers, body);
      case 'GET /metrics':
        return withFaults(faults, 'metrics', () => respond(200, CONTENT_TYPE, liveText(estate, now())));
      case 'GET /api/v1/query':
      case 'POST /api/v1/query':
        return withFaults(faults, 'query', () => answerInstantQuery(estate, history(), form));
      case 'GET /api/v1/query_range':
      case 'POST /api/v1/query_range':
        return withFaults(faults, 'query_range', () => answerRangeQuery(estate, history(), form));
      case 'GET /simulator/requests':
        return respondJson(200, requestCounts);
      case 'POST /simulator/faults':
        return addFaults(faults, body);
      case 'DELETE /simulator/faults':
        faults.clear();
        return respondJson(200, {});
      default:
        return respondJson(404, { error: `no ${request.method} ${pathname} here` });
    }
  };
}

function withFaults(faults: FaultSchedule, operation: string, answer: () => Outcome): Outcome {
  const fault = faults.strike({ operation, isCostExplorer: false, hasToken: false });
  if (fault?.kind === 'error') {
    return respondJson(fault.status, { status: 'error', errorType: fault.name, error: fault.message ?? fault.name });
  }
  return (fault && strikeResponse(fault)) ?? answer();
}

/** Takes one fault or a list of them, as FAULT describes. */
function addFaults(faults: FaultSchedule, body: string): Outcome {
  try {
    const requests = z.union([z.array(FAULT), FAULT.transform((fault) => [fault])]).parse(JSON.parse(body));
    faults.add(...requests);
    return respondJson(200, { added: requests.length });
  } catch (error) {
    return respondJson(400, { error: error instanceof z.ZodError ? z.prettifyError(error) : String(error) });
  }
}
