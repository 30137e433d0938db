import { deriveAllSums } from '#libs/database';
import type { Day } from '#libs/domain';
import type pg from 'pg';

/** How much history, of how many clusters; every user uses both components every day. */
export interface HistorySize {
  readonly clusters: readonly string[];
  readonly usersPerCluster: number;
  readonly days: number;
  /** The day after the last. */
  readonly until: Day;
}

const DAYS_PER_INSERT = 30;
const TABLES_OF_USERS = ['user_usage', 'group_memberships', 'user_costs'];

/**
 * Fills a migrated, empty database by SQL alone, in the order in which syncs would: day by day, within a day cluster by
 * cluster. The figures of a user and day do not depend on how much history there is. Keys of the large tables are made
 * after the rows, and everything is vacuumed and analysed, as autovacuum does in time.
 */
export async function fillHistory(
  client: pg.Client,
  size: HistorySize,
  onProgress: (text: string) => void,
): Promise<void> {
  await client.query(`SET synchronous_commit = off`);
  await client.query(`SET maintenance_work_mem = '1GB'`);
  await client.query(`SET work_mem = '256MB'`);
  await client.query(FILL_CLUSTERS, [size.clusters, size.until, size.days]);
  const addKeys = await dropKeys(client);
  for (let offset = size.days; offset > 0; offset -= DAYS_PER_INSERT) {
    const end = Math.max(0, offset - DAYS_PER_INSERT);
    const values = [size.clusters, size.until, offset, end, size.usersPerCluster];
    for (const statement of FILL_USERS) await client.query(statement, values);
    onProgress(`made ${size.days - end} of ${size.days} days`);
  }
  for (const addKey of addKeys) await client.query(addKey);
  onProgress('made keys');
  await deriveAllSums(addressOf(client));
  await client.query(`VACUUM (ANALYZE)`);
}

function addressOf({ host, port, user, password, database }: pg.Client): string {
  const url = new URL(`postgres://${host}:${port}/${database}`);
  url.username = user ?? '';
  url.password = password ?? '';
  return url.href;
}

/** Returns the statements that make them again. */
async function dropKeys(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ drop: string; add: string }>(
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS add
     FROM pg_constraint WHERE contype IN ('p', 'u') AND conrelid = ANY ($1::regclass[])`,
    [TABLES_OF_USERS],
  );
  for (const { drop } of rows) await client.query(drop);
  return rows.map(({ add }) => add);
}

/** What has a few rows per cluster and day: runs, costs, marks. $1 clusters, $2 the day after the last, $3 days. */
const FILL_CLUSTERS = `
  WITH scope AS MATERIALIZED (
    SELECT day::date AS day, cluster
    FROM generate_series($2::date - $3::int, $2::date - 1, interval '1 day') day, unnest($1::text[]) cluster
    ORDER BY 1, 2
  ),
  runs AS (
    INSERT INTO sync_runs (cluster, source, trigger, window_from, window_until, status, requests, started_at, finished_at)
    SELECT cluster, source, 'schedule', day, day + 1, 'succeeded', 5, day + hour, day + hour + interval '1 minute'
    FROM scope, unnest(ARRAY['cost-explorer', 'prometheus', 'allocation']) source,
      unnest(ARRAY[interval '5 hours', '13 hours', '21 hours']) hour
    RETURNING id
  ),
  run AS MATERIALIZED (SELECT min(id) AS id FROM runs),
  account AS (
    INSERT INTO account_costs
    SELECT cluster, day, 2500 + extract(doy FROM day), false, 'amortized', 'bench', run.id FROM scope, run
  ),
  allocation AS (
    INSERT INTO allocation_days SELECT cluster, day, 'hub', ARRAY['binder'], run.id FROM scope, run
  ),
  marks AS (
    INSERT INTO usage_days
    SELECT cluster, day, dataset, 'final', 1, NULL, day + interval '30 hours', run.id
    FROM scope, unnest(ARRAY['compute', 'home storage', 'memberships']) dataset, run
  )
  INSERT INTO attributed_costs (cluster, day, hub, service, component, amount_usd, run_id)
  SELECT cluster, day, CASE hub WHEN 5 THEN 'support' ELSE 'hub-' || hub END, 'service ' || service,
    (ARRAY['compute', 'home storage', 'core', 'object storage', 'networking', 'backup', 'other'])[1 + service % 7],
    10 + hub + service + extract(doy FROM day) / 1000, run.id
  FROM scope, generate_series(0, 5) hub, generate_series(0, 9) service, run`;

/** The days from $2 - $3 until $2 - $4; $5 users per cluster. */
const SCOPE = `
  SELECT day::date AS day, cluster
  FROM generate_series($2::date - $3::int, $2::date - $4::int - 1, interval '1 day') day, unnest($1::text[]) cluster`;
const PEOPLE = `
  SELECT n, 'hub-' || n % 5 AS hub, 'person-' || lpad(n::text, 6, '0') || '@example.org' AS username
  FROM generate_series(1, $5::int) n`;
const COMPONENTS = `unnest(ARRAY['compute', 'home storage'])`;

/** What has rows per user. */
const FILL_USERS = [
  `INSERT INTO user_usage (cluster, day, hub, username, component, byte_seconds, run_id)
   SELECT cluster, day, hub, username, component,
     3865470566400::numeric * (1 + n % 40) + n * extract(doy FROM day)::int, 1
   FROM (${SCOPE}) scope, (${PEOPLE}) people, ${COMPONENTS} component
   ORDER BY day, cluster, component, hub, username`,
  `INSERT INTO group_memberships (cluster, day, hub, username, usergroup, username_escaped, run_id)
   SELECT cluster, day, hub, username, CASE WHEN n % 7 <> 0 THEN 'group-' || n % 12 + place * 12 END,
     replace(username, '@', '-40'), 1
   FROM (${SCOPE}) scope, (${PEOPLE}) people, generate_series(0, CASE WHEN n % 5 = 0 AND n % 7 <> 0 THEN 1 ELSE 0 END) place
   ORDER BY day, cluster, hub, username, place`,
  `INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, run_id)
   SELECT cluster, day, hub, username, component,
     round((n % 97 + 1) * 0.0123456789 + extract(doy FROM day) / 10000, 10), round((n % 89 + 1) * 0.0034567891, 10), 1
   FROM (${SCOPE}) scope, (${PEOPLE}) people, ${COMPONENTS} component
   ORDER BY day, cluster, hub, component, username`,
];
