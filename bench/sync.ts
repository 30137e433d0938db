import { execFile } from 'node:child_process';
import { connect as connectTcp, createServer, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { startPrometheus } from '#libs/embedded';
import { historyText, startSimulator } from '../apps/simulator/src/index.js';
import { BenchServer, connect } from './bench-server.js';
import type { Sizes } from './main.js';
import { formatCount, formatMs, type Report } from './report.js';

/** A scrape every minute would make five times more samples to import; the sync reads every minute all the same. */
const SCRAPE_INTERVAL_SECONDS = 300;

/** A first sync of `--days` (30) for `--users` (2,000), and the same again: the built process, as users run it. */
export async function benchSync({ users = 2_000, days = 30 }: Sizes, report: Report): Promise<void> {
  report.section(`Sync: 13 months of costs, ${days} days of usage of ${formatCount(users)} users`);
  const stops: (() => Promise<void>)[] = [];
  try {
    const server = await BenchServer.start({ fsync: true });
    stops.unshift(() => server.stop());
    const simulator = await startSimulator({ estate: { users, historyDays: days } });
    stops.unshift(() => simulator.close());
    report.progress(`importing ${days} days of ${users} users into Prometheus`);
    const history = historyText(simulator.estate, { scrapeIntervalSeconds: SCRAPE_INTERVAL_SECONDS });
    const prometheus = await startPrometheus({ history: history });
    stops.unshift(() => prometheus.stop());
    const counted = await countBytesFrom(prometheus.url);
    stops.unshift(counted.close);
    const url = await server.createEmptyDatabase('first_sync');
    const rows: string[][] = [];
    for (const name of ['first sync', 'the same again']) {
      report.progress(name);
      const [started, before] = [performance.now(), counted.bytes()];
      await promisify(execFile)(process.execPath, ['dist/apps/sync/src/main.js', '--once'], {
        env: {
          DATABASE_URL: url,
          CLUSTER_NAME: simulator.estate.options.clusterName,
          PROMETHEUS_URL: counted.url,
          AWS_ENDPOINT_URL_COST_EXPLORER: simulator.url,
          AWS_ACCESS_KEY_ID: 'bench',
          AWS_SECRET_ACCESS_KEY: 'bench',
        },
      });
      const ms = performance.now() - started;
      const { written, userDays, requests } = await countStored(url);
      const perUserDay = ((counted.bytes() - before) / userDays).toFixed(1);
      rows.push([name, formatCount(written), formatMs(ms), perUserDay, String(requests)]);
    }
    report.table(['sync', 'rows', 'time', 'bytes from Prometheus per user-day (≤ 40)', 'paid requests'], rows);
  } finally {
    for (const stop of stops) await stop();
  }
}

/** A way to a server that counts what it sends, headers and compressed bodies as they are on the wire. */
async function countBytesFrom(target: string) {
  const { hostname, port } = new URL(target);
  let bytes = 0;
  const proxy = createServer((client) => {
    const server = connectTcp(Number(port), hostname).on('data', (chunk) => (bytes += chunk.length));
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    bytes: () => bytes,
    close: () => new Promise<void>((resolve) => proxy.close(() => resolve())),
  };
}

/** What the latest runs, one per source, wrote and paid, and how many user-days are stored. */
async function countStored(databaseUrl: string): Promise<{ written: number; userDays: number; requests: number }> {
  const client = await connect(databaseUrl);
  try {
    const { rows } = await client.query<{ written: string; requests: string; user_days: string }>(
      `WITH latest AS (SELECT DISTINCT ON (source) rows_written, requests FROM sync_runs ORDER BY source, id DESC)
       SELECT sum(rows_written) AS written, sum(requests) AS requests,
         (SELECT count(*) FROM (SELECT DISTINCT day, hub, username FROM user_usage) seen) AS user_days FROM latest`,
    );
    const { written, requests, user_days: userDays } = rows[0]!;
    return { written: Number(written), userDays: Number(userDays), requests: Number(requests) };
  } finally {
    await client.end();
  }
}
