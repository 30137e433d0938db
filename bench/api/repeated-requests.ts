import { addDays, dayOf } from '#libs/domain';
import autocannon from 'autocannon';
import { formatBytes, formatCount, type Report } from '../report.js';
import { ServerProcess } from './server-process.js';

/** So short and so many, by turns, that whatever else the machine does falls on both. */
const SECONDS_PER_TURN = 1;
const CONNECTIONS = 16;

/** Requests that the API has seen before, beside a bare node:http server that sends the same bytes. */
export async function benchRepeatedRequests(api: ServerProcess, runs: number, report: Report): Promise<void> {
  const yesterday = addDays(dayOf(new Date()), -1);
  const week = addDays(yesterday, -6);
  const paths: readonly (readonly [path: string, least: string])[] = [
    [`/total_costs_per_hub?from=${week}&to=${yesterday}`, '0.6'],
    [`/costs_per_user?from=${yesterday}&to=${yesterday}`, '0.9'],
  ];
  const bare = await ServerProcess.startBare(
    api,
    paths.map(([path]) => path),
  );
  try {
    const rows: string[][] = [];
    for (const [path, least] of paths) {
      report.progress(`${path}, repeated`);
      const body = await (await fetch(api.url + path)).arrayBuffer();
      let [bareRate, apiRate] = [0, 0];
      for (let turn = 0; turn < runs; turn++) {
        bareRate += await requestsPerSecond(bare.url + path);
        apiRate += await requestsPerSecond(api.url + path);
      }
      const rates = [bareRate, apiRate].map((rate) => formatCount(rate / runs));
      rows.push([path, formatBytes(body.byteLength), ...rates, `${(apiRate / bareRate).toFixed(2)} (≥ ${least})`]);
    }
    report.table(['repeated request', 'body', 'bare node:http, per second', 'API, per second', 'ratio'], rows);
  } finally {
    await bare.stop();
  }
}

async function requestsPerSecond(url: string): Promise<number> {
  const { requests, duration, non2xx, errors } = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: SECONDS_PER_TURN,
  });
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} responses were not good, ${errors} failed`);
  return requests.total / duration;
}
