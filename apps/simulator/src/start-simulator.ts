import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { dayOf, type Day } from '#libs/domain';
import { accountBill } from './cost-explorer/account-bill.js';
import { RequestCounts } from './cost-explorer/request-counts.js';
import { makeEstate, type Estate } from './estate/index.js';
import { FaultSchedule } from './faults/fault-schedule.js';
import { respondJson, type Outcome } from './faults/outcome.js';
import { makeRouter } from './router.js';
import type { SimulatorOptions } from './simulator-options.js';
import { lostDay, story } from './story.js';

export interface Simulator {
  /** Base of everything it serves: Cost Explorer at `/`, metrics of now at `/metrics`, of all days until now at `/history`. */
  readonly url: string;
  readonly estate: Estate;
  readonly faults: FaultSchedule;
  readonly requestCounts: RequestCounts;
  /** Days of which nothing was scraped. */
  readonly lostDays: readonly Day[];
  close(): Promise<void>;
}

const DEFAULT_PAGE_SIZE = 5_000;
const DEFAULT_ESTIMATED_DAYS = 3;

/** Starts the make-believe account and cluster on a port of this machine. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const estate = makeEstate({ ...options.estate, today: options.estate?.today ?? dayOf(new Date()) });
  const faults = new FaultSchedule();
  const requestCounts = new RequestCounts();
  const { today } = estate.options;
  const lostDays = options.story ? [lostDay(today)] : [];
  if (options.story) faults.add(...story(today));
  const billOptions = {
    pageSize: options.pageSize ?? DEFAULT_PAGE_SIZE,
    estimatedDays: options.estimatedDays ?? DEFAULT_ESTIMATED_DAYS,
    inactiveTags: options.inactiveTags ?? [],
    firstDay: options.firstDay,
  };
  const bill = accountBill(estate, billOptions, (items) => faults.restate(items));
  const route = makeRouter({ estate, bill, faults, requestCounts, lostDays });
  const server = createServer((request, response) => {
    void route(request)
      .catch((error: unknown) => respondJson(500, { error: String(error) }))
      .then((outcome) => send(response, outcome))
      // The client has gone.
      .catch(() => response.destroy());
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
    lostDays,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function send(response: ServerResponse, outcome: Outcome): Promise<void> {
  if (outcome.kind !== 'response') {
    if (outcome.kind === 'dropped-connection') response.socket?.destroy();
    return;
  }
  const { status, headers, contentType, body } = outcome;
  response.writeHead(status, { ...headers, 'content-type': contentType });
  if (typeof body === 'string') response.end(body);
  else await pipeline(Readable.from(body), response);
}
