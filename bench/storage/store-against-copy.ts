import { createDataSource, SyncSession } from '#libs/database';
import { addDays, type AllocationPolicy, type Day } from '#libs/domain';
import { dividingMeasures, MEASURES } from '#libs/prometheus';
import type pg from 'pg';
import { connect, type BenchServer } from '../database/bench-server.js';
import { formatBytes, formatCount, formatMs, type Report } from '../report.js';
import { median, timed } from '../timing.js';
import { makeCosts, makeReadings } from './made-up-days.js';

const CLUSTER = 'stored';
const COPY_OF_CLUSTER = 'copied';
const FIRST_DAY: Day = '2026-01-01';
/** Days before the first that counts: tables and indexes are then not empty, and the planner has seen them. */
const WARM_UP_DAYS = 3;
const POLICY: AllocationPolicy = { allocation: 'hub', excludedHubs: ['binder'], dividedBy: dividingMeasures(MEASURES) };
const BASIS = { costBasis: 'amortized', attributionDigest: 'bench' } as const;

/** Tables with a row per user, whose rows a day's usage becomes. */
const TABLES: Readonly<Record<string, string>> = {
  user_usage: 'day, hub, username, measure, quantity',
  group_memberships: 'day, hub, username, usergroup, username_escaped',
  user_costs: 'day, hub, username, component, direct_usd, shared_usd, usergroups, reason',
};

/**
 * Storing and allocating a day of usage, as the sync does, against the server's own COPY of the very same rows into the
 * same tables with the same keys, from a file on the server: rows then neither travel nor get computed. By turns, each
 * in one transaction. And what it costs to offer the same days again.
 */
export async function benchStoreAgainstCopy(
  server: BenchServer,
  { users, runs }: { readonly users: number; readonly runs: number },
  report: Report,
): Promise<void> {
  const url = await server.createDatabase('store_against_copy');
  const dataSource = await createDataSource(url, { applicationName: 'bench' }).initialize();
  const client = await connect(url);
  try {
    const session = await SyncSession.open(dataSource, CLUSTER);
    if (!session) throw new Error('somebody else works on the bench database');
    const run = await session.recordRunStarted({ source: 'prometheus', trigger: 'once' });
    const days = Array.from({ length: WARM_UP_DAYS + runs }, (_, index) => addDays(FIRST_DAY, index));
    const readAt = new Date(`${addDays(FIRST_DAY, 300)}T00:00:00Z`);
    for (const day of days) await session.replaceCostDay(run, makeCosts(day), BASIS, POLICY);

    const storing: number[] = [];
    const copying: number[] = [];
    let rows = 0;
    for (const [index, day] of days.entries()) {
      report.progress(`storing and copying ${users} users: day ${index + 1} of ${days.length}`);
      const readings = makeReadings(day, users);
      const stored = await timed(() => session.replaceUsageDay(run, readings, readAt, POLICY));
      rows = await exportDay(client, day);
      const copied = await timed(() => copyDay(client));
      if (index < WARM_UP_DAYS) continue;
      storing.push(stored);
      copying.push(copied);
    }
    const again = await offerAgain(client, days.slice(WARM_UP_DAYS), async (day) => {
      await session.replaceCostDay(run, makeCosts(day), BASIS, POLICY);
      await session.replaceUsageDay(run, makeReadings(day, users), readAt, POLICY);
    });
    const first = await walOf(client, () =>
      session.replaceUsageDay(run, makeReadings(addDays(FIRST_DAY, -1), users), readAt, POLICY),
    );
    await session.close();

    const ratio = median(storing.map((ms, index) => ms / copying[index]!));
    report.table(
      [`a day of ${formatCount(users)} users, ${formatCount(rows)} rows`, 'time (median)', 'rows per second', 'ratio'],
      [
        ['COPY into the same tables', formatMs(median(copying)), formatCount((rows / median(copying)) * 1000), '1'],
        [
          'stored and allocated by the sync',
          formatMs(median(storing)),
          formatCount((rows / median(storing)) * 1000),
          ratio.toFixed(2),
        ],
      ],
    );
    report.table(
      ['WAL', 'bytes per day'],
      [
        ['a new day', formatBytes(first)],
        ['the same day offered again, costs and usage', formatBytes(again)],
      ],
    );
  } finally {
    await client.end();
    await dataSource.destroy();
  }
}

/** Writes a day's rows to files of the server, under the name of another cluster; returns their number. */
async function exportDay(client: pg.Client, day: Day): Promise<number> {
  let rows = 0;
  for (const [table, columns] of Object.entries(TABLES)) {
    const { rowCount } = await client.query(
      `COPY (SELECT '${COPY_OF_CLUSTER}', ${columns} FROM ${table} WHERE cluster = '${CLUSTER}' AND day = '${day}')
       TO '${await fileOf(client, table)}'`,
    );
    rows += rowCount ?? 0;
  }
  return rows;
}

async function copyDay(client: pg.Client): Promise<void> {
  await client.query('BEGIN');
  for (const [table, columns] of Object.entries(TABLES)) {
    await client.query(`COPY ${table} (cluster, ${columns}) FROM '${await fileOf(client, table)}'`);
  }
  await client.query('COMMIT');
}

async function fileOf(client: pg.Client, table: string): Promise<string> {
  const { rows } = await client.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
  return `${rows[0]!.folder}/bench-${table}.copy`;
}

/** WAL bytes per day of offering days that are stored already. */
async function offerAgain(
  client: pg.Client,
  days: readonly Day[],
  offer: (day: Day) => Promise<unknown>,
): Promise<number> {
  const bytes = await walOf(client, async () => {
    for (const day of days) await offer(day);
  });
  return bytes / days.length;
}

/** WAL that the whole server wrote meanwhile. */
async function walOf(client: pg.Client, work: () => Promise<unknown>): Promise<number> {
  await client.query('CHECKPOINT');
  const position = async () => (await client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn')).rows;
  const [before] = await position();
  await work();
  const [after] = await position();
  const { rows } = await client.query<{ bytes: string }>('SELECT pg_wal_lsn_diff($1, $2) AS bytes', [
    after!.lsn,
    before!.lsn,
  ]);
  return Number(rows[0]!.bytes);
}
