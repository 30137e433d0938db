import { connect } from '../database/bench-server.js';

/** The size of a made-up cluster: every user is active on every day, on one of four hubs, and in one group. */
export interface EstateSize {
  readonly users: number;
  readonly days: number;
}

export const CLUSTER = 'bench';

/** Fills a migrated database in SQL: two rows per user and day in user_costs, as many in user_usage. */
export async function fillDatabase(databaseUrl: string, size: EstateSize): Promise<void> {
  const client = await connect(databaseUrl);
  try {
    for (const sql of FILL) {
      const parameters = [size.days, size.users].slice(0, sql.includes('$2') ? 2 : sql.includes('$1') ? 1 : 0);
      await client.query(sql, parameters);
    }
  } finally {
    await client.end();
  }
}

const DAYS = `(SELECT (now() AT TIME ZONE 'UTC')::date - n AS day FROM generate_series(0, $1::int - 1) n) days`;
const USERS = `(SELECT 'user-' || lpad(n::text, 6, '0') AS username, 'hub-' || n % 4 AS hub, n
  FROM generate_series(1, $2::int) n) users`;
const HUBS = `(VALUES ('hub-0'), ('hub-1'), ('hub-2'), ('hub-3'), ('support')) hubs (hub)`;
const SHARED = `(VALUES ('compute'), ('home storage')) components (component)`;
/** Between 0 and 1, the same on every run, and unlike its neighbours. */
const NOISE = `abs(hashtext(username || day || component) % 100000) / 100000.0`;

const FILL = [
  `INSERT INTO sync_runs (cluster, source, trigger, status, finished_at, days_changed)
   VALUES ('${CLUSTER}', 'cost-explorer', 'once', 'succeeded', now(), 1)`,
  `INSERT INTO sync_locks (cluster) VALUES ('${CLUSTER}')`,
  `INSERT INTO cost_days (cluster, day, account_usd, cluster_usd, estimated, basis, attribution, policy, digest, run_id)
   SELECT '${CLUSTER}', day, 5000, 2200, false, 'amortized', '', '', '', 1 FROM ${DAYS}`,
  `INSERT INTO attributed_costs (cluster, day, hub, service, component, amount_usd)
   SELECT '${CLUSTER}', day, hub, 'Amazon Elastic Compute Cloud - Compute', 'compute', 400.1234567891 FROM ${DAYS}, ${HUBS}
   UNION ALL
   SELECT '${CLUSTER}', day, hub, 'EC2 - Other', 'home storage', 40.1234567891 FROM ${DAYS}, ${HUBS}`,
  `INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups)
   SELECT '${CLUSTER}', day, hub, username, component, ${NOISE}, ${NOISE} / 7, ARRAY['group-' || n % 12] FROM ${DAYS}, ${USERS}, ${SHARED}
   ORDER BY day, hub, username, component`,
  `INSERT INTO user_usage (cluster, day, hub, username, measure, quantity)
   SELECT '${CLUSTER}', day, hub, username, CASE component WHEN 'compute' THEN 'memory_requested' ELSE 'home_stored' END,
     1 + round(${NOISE} * 86400 * 4294967296)
   FROM ${DAYS}, ${USERS}, ${SHARED} ORDER BY day, hub, username, component`,
  `INSERT INTO group_memberships (cluster, day, hub, username, usergroup, username_escaped)
   SELECT '${CLUSTER}', day, hub, username, 'group-' || n % 12, username FROM ${DAYS}, ${USERS} ORDER BY day, hub, username`,
  `INSERT INTO usage_days (cluster, day, dataset, hub, status, coverage, read_at, method, digest, run_id)
   SELECT '${CLUSTER}', day, dataset, '', 'final', 1, now(), '', '', 1
   FROM ${DAYS}, (VALUES ('compute'), ('home storage'), ('memberships')) datasets (dataset)`,
  `INSERT INTO day_costs (cluster, day, hub, component, usergroups, direct_usd, shared_usd)
   SELECT cluster, day, hub, component, usergroups, sum(direct_usd), sum(shared_usd) FROM user_costs GROUP BY 1, 2, 3, 4, 5`,
  'ANALYZE',
];
