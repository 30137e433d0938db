import type { IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { Day } from '#libs/domain';
import { z } from 'zod';
import type { Bill } from './cost-explorer/bill.js';
import { serveCostExplorer } from './cost-explorer/cost-explorer-route.js';
import type { RequestCounts } from './cost-explorer/request-counts.js';
import type { Estate } from './estate/index.js';
import type { FaultSchedule } from './faults/fault-schedule.js';
import { FAULT } from './faults/fault.js';
import { respond, respondJson, type Outcome } from './faults/outcome.js';
import { CONTENT_TYPE } from './openmetrics/exposition.js';
import { historyText } from './openmetrics/history.js';
import { liveText } from './openmetrics/live.js';

export interface Served {
  readonly estate: Estate;
  readonly bill: Bill;
  readonly faults: FaultSchedule;
  readonly requestCounts: RequestCounts;
  readonly lostDays: readonly Day[];
}

/** As often as the demos scrape: five times less to import than a scrape every minute. */
const SERVED_HISTORY_INTERVAL_SECONDS = 300;

/** Every path that the simulator serves. */
export function makeRouter(served: Served): (request: IncomingMessage) => Promise<Outcome> {
  const { estate, bill, faults, requestCounts, lostDays } = served;
  return async (request) => {
    const { pathname } = new URL(request.url ?? '/', 'http://simulator');
    const body = await readText(request);
    switch (`${request.method} ${pathname}`) {
      case 'POST /':
        return serveCostExplorer(bill, faults, requestCounts, request.headers, body);
      case 'GET /metrics':
        return respond(200, CONTENT_TYPE, liveText(estate, new Date()));
      case 'GET /history':
        return respond(
          200,
          CONTENT_TYPE,
          historyText(estate, { scrapeIntervalSeconds: SERVED_HISTORY_INTERVAL_SECONDS, lostDays }),
        );
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
