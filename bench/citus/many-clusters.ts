import { createDataSource, SyncSession, WRITTEN_TABLES } from '#libs/database';
import { eachDay, type Day, type DayWindow } from '#libs/domain';
import { connect } from '../bench-server.js';
import { BASIS, makeCosts, makeReadings, POLICY } from '../made-up-days.js';

export const clusterNames = (count: number) => Array.from({ length: count }, (_, index) => `cluster-${index + 1}`);

/** Stores a day's costs and usage of a cluster as the sync does, the reading left out. */
export async function storeDays(url: string, cluster: string, days: readonly Day[], users: number): Promise<void> {
  const dataSource = await createDataSource(url, { applicationName: 'bench' }).initialize();
  try {
    const session = await SyncSession.open(dataSource, cluster);
    if (!session) throw new Error(`another process works on ${cluster}`);
    for (const source of ['cost-explorer', 'prometheus'] as const) {
      const run = await session.recordRunStarted({ source, trigger: 'once' });
      for (const day of days) {
        if (source === 'cost-explorer') await session.replaceCostDay(run, makeCosts(day), BASIS, POLICY);
        else await session.replaceUsageDay(run, makeReadings(day, users), new Date(), POLICY);
      }
      if (source === 'prometheus') await session.rollUpMonths(run);
      await session.recordRunFinished(run, { status: 'succeeded' }, 0);
    }
    await session.close();
  } finally {
    await dataSource.destroy();
  }
}

/** A few clusters at a time, each in one session. @returns the messages of those that failed, by cluster. */
export async function storeDayOfEach(
  url: string,
  clusters: readonly string[],
  { day, users, parallel }: { day: Day; users: number; parallel: number },
  onStored: (stored: number) => unknown = () => {},
): Promise<Map<string, string>> {
  const waiting = [...clusters];
  const failed = new Map<string, string>();
  let stored = 0;
  const work = async () => {
    for (let cluster = waiting.shift(); cluster !== undefined; cluster = waiting.shift()) {
      const name = cluster;
      await storeDays(url, name, [day], users).then(
        () => onStored(++stored),
        (error: Error) => failed.set(name, error.message),
      );
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return failed;
}

/** The first cluster as the sync stores it; the others have the same figures. @returns how long the first one took. */
export async function fillClusters(
  url: string,
  [first, ...others]: readonly string[],
  window: DayWindow,
  users: number,
): Promise<number> {
  const started = performance.now();
  await storeDays(url, first!, eachDay(window), users);
  const firstMs = performance.now() - started;
  const client = await connect(url);
  for (const table of WRITTEN_TABLES.filter((name) => name !== 'sync_locks')) {
    const { rows } = await client.query<{ columns: string }>(
      `SELECT string_agg(attname, ', ' ORDER BY attnum) AS columns FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attname <> 'cluster'`,
      [table],
    );
    const { columns } = rows[0]!;
    // One after the other: a cluster's rows are then together in the table, as those of a day that a sync stores.
    for (const other of others) {
      await client.query(
        `INSERT INTO ${table} (cluster, ${columns}) SELECT $2, ${columns} FROM ${table} WHERE cluster = $1`,
        [first, other],
      );
    }
  }
  await client.query('VACUUM (ANALYZE)');
  await client.end();
  return firstMs;
}
