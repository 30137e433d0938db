import { addDays, startOfDay } from '#libs/domain';
import { startPrometheusWithHistory } from '#libs/embedded';
import { historyText, startSimulator, type Simulator } from '../../apps/simulator/src/index.js';
import { BenchServer, connect } from '../database/bench-server.js';
import { formatBytes, formatCount, formatMs, type Report } from '../report.js';
import type { Sizes } from '../sizes.js';
import { runObservedSync } from './observed-sync.js';

/** A scrape every minute would make 25 million samples more to import; the sync asks at every minute all the same. */
const SCRAPE_INTERVAL_SECONDS = 300;
/** What Cost Explorer remembers at least, with today's month: 13 months. */
const LONG_DAYS = 395;

const HEAD = [
  'sync',
  'rows stored',
  'time',
  'rows per second',
  'waiting for Prometheus',
  'received per user-day',
  'peak RSS',
];

/** A first sync of `--days` (90) for `--users` (2,000) on five hubs, and backfills of different lengths. */
export async function benchSync({ users = 2_000, days = 90 }: Sizes, report: Report): Promise<void> {
  report.section('Sync: the built process, against a simulated account and a real Prometheus');
  const server = await BenchServer.start({ fsync: true });
  try {
    await benchAgainstPrometheus(server, { users, days }, report);
    await benchLengths(server, users, [...new Set([Math.ceil(days / 3), days, Math.max(days, LONG_DAYS)])], report);
  } finally {
    await server.stop();
  }
}

async function benchAgainstPrometheus(
  server: BenchServer,
  { users, days }: { readonly users: number; readonly days: number },
  report: Report,
): Promise<void> {
  const simulator = await startSimulator({ estate: { users, historyDays: days } });
  try {
    report.progress(`importing ${days} days of ${users} users into Prometheus`);
    const prometheus = await startPrometheusWithHistory(
      historyText(simulator.estate, {
        from: startOfDay(simulator.estate.usageFrom),
        until: new Date(),
        scrapeIntervalSeconds: SCRAPE_INTERVAL_SECONDS,
        directoryIntervalSeconds: 3600,
      }),
    );
    try {
      report.progress('syncing');
      const url = await server.createEmptyDatabase('first_sync');
      const row = await measure('first sync: 13 months of costs', url, simulator, prometheus.url, ['--once']);
      report.note(
        `${formatCount(users)} users on five hubs, ${days} days in Prometheus, scraped every five minutes, read at every minute.`,
      );
      report.table(HEAD, [row, await measure('the same again', url, simulator, prometheus.url, ['--once'])]);
    } finally {
      await prometheus.stop();
    }
  } finally {
    await simulator.close();
  }
}

/** Memory by length. Here the simulator answers the PromQL itself: importing 13 months would take longer than reading. */
async function benchLengths(
  server: BenchServer,
  users: number,
  lengths: readonly number[],
  report: Report,
): Promise<void> {
  const simulator = await startSimulator({ estate: { users, historyDays: Math.max(...lengths) } });
  try {
    const rows: string[][] = [];
    for (const length of lengths) {
      report.progress(`backfilling ${length} days`);
      const { today } = simulator.estate.options;
      const url = await server.createEmptyDatabase(`backfill_of_${length}`);
      const args = ['--backfill', addDays(today, -length), addDays(today, -1)];
      rows.push(await measure(`backfill of ${length} days`, url, simulator, simulator.url, args));
    }
    report.note('The same for backfills of different lengths, with PromQL answered by the simulator:');
    report.table(HEAD, rows);
  } finally {
    await simulator.close();
  }
}

async function measure(
  name: string,
  databaseUrl: string,
  simulator: Simulator,
  prometheusUrl: string,
  args: readonly string[],
): Promise<string[]> {
  const { durationMs, waitedMs, receivedBytes, peakRssBytes } = await runObservedSync(args, {
    DATABASE_URL: databaseUrl,
    CLUSTER_NAME: simulator.estate.options.clusterName,
    PROMETHEUS_URL: prometheusUrl,
    AWS_ENDPOINT_URL_COST_EXPLORER: simulator.url,
  });
  const { rows, userDays } = await countStored(databaseUrl);
  return [
    name,
    formatCount(rows),
    formatMs(durationMs),
    formatCount((rows / durationMs) * 1000),
    `${((waitedMs / durationMs) * 100).toFixed(0)} %`,
    userDays === 0 ? '' : formatBytes(receivedBytes / userDays),
    formatBytes(peakRssBytes),
  ];
}

/** What the last runs, one per source, have written and read. */
async function countStored(databaseUrl: string): Promise<{ rows: number; userDays: number }> {
  const client = await connect(databaseUrl);
  try {
    const { rows } = await client.query<{ rows: string; user_days: string }>(
      `WITH latest AS (SELECT DISTINCT ON (source) id, rows_written FROM sync_runs ORDER BY source, id DESC)
       SELECT (SELECT sum(rows_written) FROM latest) AS rows,
         (SELECT count(*) FROM (
           SELECT DISTINCT day, hub, username FROM user_usage WHERE run_id IN (SELECT id FROM latest)) seen) AS user_days`,
    );
    return { rows: Number(rows[0]!.rows), userDays: Number(rows[0]!.user_days) };
  } finally {
    await client.end();
  }
}
