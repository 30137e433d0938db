import { addDays, type Day } from '#libs/domain';
import type pg from 'pg';
import { BenchServer, connect, withRun } from './bench-server.js';
import { BASIS, CLUSTER, makeCosts, makeReadings, POLICY } from './made-up-days.js';
import type { Sizes } from './main.js';
import { formatCount, formatMs, type Report } from './report.js';
import { median, timed } from './timing.js';

const COPY_OF_CLUSTER = 'copied';
const FIRST_DAY: Day = '2026-01-01';
/** Days before the first that counts: tables and indexes are then not empty, and the planner has seen them. */
const WARM_UP_DAYS = 3;
/** With a row per user, made of a day's usage. */
const TABLES = ['user_usage', 'group_memberships', 'user_costs'];

/**
 * Storing and allocating a day of usage of `--users` (10,000), as the sync does, against the server's own COPY of the
 * very same rows into the same tables with the same keys, from a file on the server: rows then neither travel nor get
 * computed. By turns, each in one transaction.
 */
export async function benchStorage({ users = 10_000, runs = 9 }: Sizes, report: Report): Promise<void> {
  report.section('Storage');
  const server = await BenchServer.start({ fsync: true });
  try {
    await benchStoreAgainstCopy(await server.createDatabase('storage'), users, runs, report);
  } finally {
    await server.stop();
  }
}

async function benchStoreAgainstCopy(url: string, users: number, runs: number, report: Report): Promise<void> {
  const client = await connect(url);
  const storing: number[] = [];
  const copying: number[] = [];
  let rows = 0;
  await withRun(url, async (session, run) => {
    const readAt = new Date(`${addDays(FIRST_DAY, 300)}T00:00:00Z`);
    for (let turn = 0; turn < WARM_UP_DAYS + runs; turn++) {
      report.progress(`storing and copying ${users} users: day ${turn + 1} of ${WARM_UP_DAYS + runs}`);
      const day = addDays(FIRST_DAY, turn);
      await session.replaceCostDay(run, makeCosts(day), BASIS, POLICY);
      const readings = makeReadings(day, users);
      const stored = await timed(() => session.replaceUsageDay(run, readings, readAt, POLICY));
      rows = await exportDay(client, day);
      const copied = await timed(() => copyDay(client));
      if (turn < WARM_UP_DAYS) continue;
      storing.push(stored);
      copying.push(copied);
    }
  });
  await client.end();
  const ratio = median(storing.map((ms, index) => ms / copying[index]!));
  const cells = (ms: number) => [formatMs(ms), formatCount((rows / ms) * 1000)];
  report.table(
    [`a day of ${formatCount(users)} users, ${formatCount(rows)} rows`, 'time (median)', 'rows per second', 'ratio'],
    [
      ['COPY into the same tables', ...cells(median(copying)), '1'],
      ['stored and allocated by the sync', ...cells(median(storing)), `${ratio.toFixed(2)} (≤ 2.5)`],
    ],
  );
}

/** Writes a day's rows to files of the server, under the name of another cluster; returns their number. */
async function exportDay(client: pg.Client, day: Day): Promise<number> {
  let rows = 0;
  for (const table of TABLES) {
    const { columns, file } = await copyOf(client, table);
    const { rowCount } = await client.query(
      `COPY (SELECT '${COPY_OF_CLUSTER}', ${columns} FROM ${table} WHERE cluster = '${CLUSTER}' AND day = '${day}')
       TO '${file}'`,
    );
    rows += rowCount ?? 0;
  }
  return rows;
}

async function copyDay(client: pg.Client): Promise<void> {
  const copies: (Awaited<ReturnType<typeof copyOf>> & { table: string })[] = [];
  for (const table of TABLES) copies.push({ table, ...(await copyOf(client, table)) });
  await client.query('BEGIN');
  for (const { table, columns, file } of copies) {
    await client.query(`COPY ${table} (cluster, ${columns}) FROM '${file}'`);
  }
  await client.query('COMMIT');
}

/** A table's columns but for the cluster, and the server's file of its rows. */
async function copyOf(client: pg.Client, table: string): Promise<{ columns: string; file: string }> {
  const { rows } = await client.query<{ columns: string; folder: string }>(
    `SELECT string_agg(attname, ', ' ORDER BY attnum) AS columns, current_setting('data_directory') AS folder
       FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attname <> 'cluster'`,
    [table],
  );
  return { columns: rows[0]!.columns, file: `${rows[0]!.folder}/bench-${table}.copy` };
}
