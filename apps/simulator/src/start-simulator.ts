import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { dayOf } from '#libs/domain';
import { z } from 'zod';
import { accountBill } from './cost-explorer/account-bill.js';
import { serveCostExplorer } from './cost-explorer/cost-explorer-route.js';
import { RequestCounts } from './cost-explorer/request-counts.js';
import { makeEstate, type Estate } from './estate/index.js';
import { FaultSchedule } from './faults/fault-schedule.js';
import { FAULT } from './faults/fault.js';
import type { Outcome } from './faults/outcome.js';
import type { SimulatorOptions } from './simulator-options.js';

export interface Simulator {
  /** Base of everything it serves: Cost Explorer at `/`, the cluster's metrics at `/metrics`. */
  readonly url: string;
  readonly estate: Estate;
  readonly faults: FaultSchedule;
  readonly requestCounts: RequestCounts;
  close(): Promise<void>;
}

const DEFAULT_PAGE_SIZE = 5_000;
const DEFAULT_ESTIMATED_DAYS = 3;

/** Starts the make-believe account and cluster on a port of this machine. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const now = options.now ?? (() => new Date());
  const estate = makeEstate({ ...options.estate, today: options.estate?.today ?? dayOf(now()) });
  const faults = new FaultSchedule();
  const requestCounts = new RequestCounts();
  const billOptions = {
    pageSize: options.pageSize ?? DEFAULT_PAGE_SIZE,
    estimatedDays: options.estimatedDays ?? DEFAULT_ESTIMATED_DAYS,
    inactiveTags: options.inactiveTags ?? [],
  };
  const bill = accountBill(estate, billOptions, (items) => faults.restate(items));

  const route = async (request: IncomingMessage): Promise<Outcome> => {
    const path = new URL(request.url ?? '/', 'http://simulator').pathname;
    const body = await readText(request);
    switch (`${request.method} ${path}`) {
      case 'POST /':
        return serveCostExplorer(bill, faults, requestCounts, request.headers, body);
      case 'GET /simulator/requests':
        return json(200, requestCounts);
      case 'POST /simulator/faults':
        return addFaults(faults, body);
      case 'DELETE /simulator/faults':
        faults.clear();
        return json(200, {});
      default:
        return json(404, { error: `no ${request.method} ${path} here` });
    }
  };

  const server = createServer((request, response) => {
    route(request).then(
      (outcome) => send(response, outcome),
      (error: unknown) => send(response, json(500, { error: String(error) })),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, () => resolve());
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    estate,
    faults,
    requestCounts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Takes one fault or a list of them, as FAULT describes. */
function addFaults(faults: FaultSchedule, body: string): Outcome {
  try {
    const requests = z.union([z.array(FAULT), FAULT.transform((fault) => [fault])]).parse(JSON.parse(body));
    faults.add(...requests);
    return json(200, { added: requests.length });
  } catch (error) {
    return json(400, { error: error instanceof z.ZodError ? z.prettifyError(error) : String(error) });
  }
}

function json(status: number, value: unknown): Outcome {
  return { kind: 'response', status, contentType: 'application/json', headers: {}, body: JSON.stringify(value) };
}

function send(response: ServerResponse, outcome: Outcome): void {
  if (outcome.kind !== 'response') {
    if (outcome.kind === 'dropped-connection') response.socket?.destroy();
    return;
  }
  response.writeHead(outcome.status, { ...outcome.headers, 'content-type': outcome.contentType });
  response.end(outcome.body);
}
