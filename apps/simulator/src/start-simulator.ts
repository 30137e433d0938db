import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dayOf, startOfDay } from '#libs/domain';
import { accountBill } from './cost-explorer/account-bill.js';
import { RequestCounts } from './cost-explorer/request-counts.js';
import { makeEstate, type Estate } from './estate/index.js';
import { FaultSchedule } from './faults/fault-schedule.js';
import { respondJson, type Outcome } from './faults/outcome.js';
import type { ScrapeHistory } from './openmetrics/sampled-series.js';
import { makeRouter } from './router.js';
import type { SimulatorOptions } from './simulator-options.js';

export interface Simulator {
  /** Base of everything it serves: Cost Explorer at `/`, the cluster's metrics at `/metrics`, `/api/v1/query`. */
  readonly url: string;
  readonly estate: Estate;
  readonly faults: FaultSchedule;
  readonly requestCounts: RequestCounts;
  /** What its answers to PromQL take for scraped, up to now: the same `historyText` makes a Prometheus answer alike. */
  history(): ScrapeHistory;
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
    firstDay: options.firstDay,
  };
  const bill = accountBill(estate, billOptions, (items) => faults.restate(items));
  const history = (): ScrapeHistory => ({
    from: startOfDay(estate.usageFrom),
    until: now(),
    scrapeIntervalSeconds: 60,
    directoryIntervalSeconds: 3600,
    ...options.history,
  });

  const route = makeRouter({ estate, bill, faults, requestCounts, history, now });
  const server = createServer((request, response) => {
    route(request).then(
      (outcome) => send(response, outcome),
      (error: unknown) => send(response, respondJson(500, { error: String(error) })),
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
    history,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, outcome: Outcome): void {
  if (outcome.kind !== 'response') {
    if (outcome.kind === 'dropped-connection') response.socket?.destroy();
    return;
  }
  response.writeHead(outcome.status, { ...outcome.headers, 'content-type': outcome.contentType });
  response.end(outcome.body);
}
