import type pg from 'pg';
import { BenchServer, connect } from '../database/bench-server.js';
import { fillHistory } from '../database/made-up-history.js';
import { askAsTheApiDoes } from '../database/server-time.js';
import { formatBytes, formatCount, formatMs, type Report } from '../report.js';
import type { Sizes } from '../sizes.js';
import { median } from '../timing.js';

const CLUSTERS = ['cluster-a', 'cluster-b'];
const UNTIL = '2026-11-01';

/** A way to lay user_costs out; the statements make the table `name` out of it. */
interface Layout {
  readonly title: string;
  readonly name: string;
  readonly make: readonly string[];
}

const COLUMNS = `(LIKE user_costs INCLUDING STORAGE)`;
const KEY = `UNIQUE NULLS NOT DISTINCT (cluster, day, hub, component, username)`;

const LAYOUTS: readonly Layout[] = [
  {
    title: 'one table, its key begins with (cluster, day)',
    name: 'keyed',
    make: [
      `CREATE TABLE keyed ${COLUMNS}`,
      `INSERT INTO keyed SELECT * FROM user_costs`,
      `ALTER TABLE keyed ADD ${KEY}`,
    ],
  },
  {
    title: 'the same in partitions of a month',
    name: 'monthly',
    make: [
      `CREATE TABLE monthly ${COLUMNS} PARTITION BY RANGE (day)`,
      `DO $$
       DECLARE month date;
       BEGIN
         FOR month IN SELECT generate_series(date_trunc('month', min(day)), max(day), interval '1 month') FROM user_costs LOOP
           EXECUTE format('CREATE TABLE %I PARTITION OF monthly FOR VALUES FROM (%L) TO (%L)',
             'monthly_' || to_char(month, 'YYYY_MM'), month, (month + interval '1 month')::date);
         END LOOP;
       END $$`,
      `INSERT INTO monthly SELECT * FROM user_costs`,
      `ALTER TABLE monthly ADD ${KEY}`,
    ],
  },
  {
    title: 'one table without a key, BRIN over day',
    name: 'ranged',
    make: [
      `CREATE TABLE ranged ${COLUMNS}`,
      `INSERT INTO ranged SELECT * FROM user_costs`,
      `CREATE INDEX ON ranged USING brin (day) WITH (pages_per_range = 32)`,
    ],
  },
];

/** What one could lay the largest table out like: `--users` (1,000) of each of two clusters, `--days` (1,096). */
export async function benchLayouts({ users = 1_000, days = 1_096, runs = 9 }: Sizes, report: Report): Promise<void> {
  report.section('Layouts: keys, partitions, BRIN');
  const server = await BenchServer.start({ fsync: false });
  const client = await connect(await server.createDatabase('layouts'));
  try {
    const size = { clusters: CLUSTERS, usersPerCluster: users, days, until: UNTIL };
    await fillHistory(client, size, (text) => report.progress(text));
    await askAsTheApiDoes(client);
    const rows: string[][] = [];
    for (const layout of LAYOUTS) {
      report.progress(layout.title);
      for (const statement of layout.make) await client.query(statement);
      await client.query(`VACUUM (ANALYZE) ${layout.name}`);
      rows.push(await measure(client, layout, runs));
    }
    report.note(`${formatCount(2 * users * days * CLUSTERS.length)} rows of user costs, of two clusters.`);
    report.table(
      ['layout', 'indexes', '30 days by hub', 'of it planning', 'one day of one user', 'deleting a day'],
      rows,
    );
  } finally {
    await client.end();
    await server.stop();
  }
}

async function measure(client: pg.Client, { title, name }: Layout, runs: number): Promise<string[]> {
  const month = await explain(
    client,
    `SELECT day, hub, sum(direct_usd + shared_usd) FROM ${name}
     WHERE cluster = 'cluster-a' AND day >= '2026-10-02' AND day < '2026-11-01' GROUP BY day, hub`,
    runs,
  );
  const user = await explain(
    client,
    `SELECT component, direct_usd FROM ${name}
     WHERE cluster = 'cluster-a' AND day = '2026-10-15' AND hub = 'hub-2' AND username = 'person-000042@example.org'`,
    runs,
  );
  const deleting = await explain(
    client,
    `DELETE FROM ${name} WHERE cluster = 'cluster-a' AND day = '2026-10-20'`,
    runs,
  );
  const { rows } = await client.query<{ bytes: string }>(
    `SELECT sum(pg_indexes_size(relid)) AS bytes FROM pg_partition_tree('${name}') WHERE isleaf`,
  );
  const indexBytes = Number(rows[0]!.bytes) || (await indexBytesOf(client, name));
  return [
    title,
    formatBytes(indexBytes),
    formatMs(month.totalMs),
    formatMs(month.planningMs),
    formatMs(user.totalMs),
    formatMs(deleting.totalMs),
  ];
}

/** pg_partition_tree knows nothing of a table without partitions. */
async function indexBytesOf(client: pg.Client, name: string): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(`SELECT pg_indexes_size('${name}') AS bytes`);
  return Number(rows[0]!.bytes);
}

/** Median times; what it writes is rolled back. */
async function explain(client: pg.Client, sql: string, runs: number): Promise<{ totalMs: number; planningMs: number }> {
  const totals: number[] = [];
  const plannings: number[] = [];
  for (let run = 0; run <= runs; run += 1) {
    await client.query('BEGIN');
    const { rows } = await client.query<{ 'QUERY PLAN': [{ 'Planning Time': number; 'Execution Time': number }] }>(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`,
    );
    await client.query('ROLLBACK');
    if (run === 0) continue;
    const [plan] = rows[0]!['QUERY PLAN'];
    totals.push(plan['Planning Time'] + plan['Execution Time']);
    plannings.push(plan['Planning Time']);
  }
  return { totalMs: median(totals), planningMs: median(plannings) };
}
