import { Client } from 'pg';
import { execute } from '../../support/database.js';
import { fillDerived } from '../../support/fill-derived.js';

/** A name that would run, if any part of the page took it for HTML. */
export const EVIL = '<img src=x onerror="document.title=`run`">';

/**
 * 75 days up to today of a small cluster. Day number n counts from the first of them.
 *
 *   prod     compute       what its 14 users bear, and 1.5 idle
 *   prod     home storage  what its 14 users bear
 *   staging  compute       3 + n mod 4, which its user borne bears
 *   support  core          5, which nobody bears
 *
 * User i of prod bears i/10 + (n mod 3)/100 of compute and 0.0525 of home storage. User 14 is EVIL; users 1 to 4 are in the group
 * `physics`. Twenty days ago no costs were stored; twelve days ago usage of compute
 * was not read, and nobody bears anything. The last two
 * days are estimated.
 */
export async function fillPageEstate(databaseUrl: string): Promise<void> {
  await execute(databaseUrl, ESTATE);
  await fillDerived(databaseUrl);
}

const DAYS = `(
  SELECT n, (now() AT TIME ZONE 'UTC')::date - 74 + n AS day FROM generate_series(0, 74) AS n WHERE n <> 54
) AS days`;
const USERS = `(SELECT i, CASE i WHEN 14 THEN '${EVIL}' ELSE 'user-' || i END AS username FROM generate_series(1, 14) AS i) AS users`;

const ESTATE = `
  INSERT INTO sync_runs (cluster, source, trigger, status, started_at, finished_at)
  SELECT 'page', source, 'once', 'succeeded', now(), now() FROM (VALUES ('cost-explorer'), ('prometheus')) AS v (source);

  INSERT INTO cost_days (cluster, day, account_usd, estimated, basis, attribution, run_id, cluster_usd, policy, digest, is_running)
  SELECT 'page', day, 100, n >= 73, 'amortized', 'x', 1, 0, '', '', n = 74 FROM ${DAYS};

  INSERT INTO usage_days (cluster, day, dataset, status, coverage, detail, read_at, run_id, hub, method, digest)
  SELECT 'page', day, dataset, CASE WHEN n = 62 AND dataset <> 'home storage' THEN 'missing' ELSE 'final' END, CASE WHEN n = 62 THEN 0 ELSE 1 END,
    CASE WHEN n = 62 AND dataset <> 'home storage' THEN 'no samples' END, now(), 2, '', '', ''
  FROM ${DAYS} CROSS JOIN (VALUES ('compute'), ('home storage'), ('memberships')) AS v (dataset);

  INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups, reason)
  SELECT 'page', day, 'prod', username, component,
    CASE component WHEN 'compute' THEN i / 10.0 + (n % 3) / 100.0 ELSE 0.0525 END, 0, '{?}'::text[], NULL
  FROM ${DAYS} CROSS JOIN ${USERS} CROSS JOIN (VALUES ('compute'), ('home storage')) AS v (component) WHERE n <> 62
  UNION ALL SELECT 'page', day, 'staging', 'borne', 'compute', 3 + n % 4, 0, '{?}'::text[], NULL FROM ${DAYS} WHERE n <> 62
  UNION ALL SELECT 'page', day, 'staging', NULL, 'compute', 3 + n % 4, 0, NULL, 'usage not read' FROM ${DAYS} WHERE n = 62
  UNION ALL SELECT 'page', day, 'prod', NULL, 'compute', 1.5, 0, NULL, 'idle' FROM ${DAYS}
  UNION ALL SELECT 'page', day, 'support', NULL, 'core', 5, 0, NULL, 'not allocated' FROM ${DAYS};

  INSERT INTO attributed_costs (cluster, day, hub, service, component, amount_usd)
  SELECT cluster, day, hub, 'Amazon EC2', component, sum(direct_usd) FROM user_costs GROUP BY cluster, day, hub, component;

  INSERT INTO group_memberships (cluster, day, hub, username, usergroup, username_escaped)
  SELECT 'page', day, 'prod', username, CASE WHEN i <= 4 THEN 'physics' END, username
  FROM ${DAYS} CROSS JOIN ${USERS} WHERE n <> 62;

  INSERT INTO user_usage (cluster, day, hub, username, measure, quantity)
  SELECT 'page', day, 'prod', username, measure, CASE measure WHEN 'gpu_requested' THEN 1800 ELSE i * 3600 * 1073741824::numeric END
  FROM ${DAYS} CROSS JOIN ${USERS} CROSS JOIN (VALUES ('memory_requested'), ('gpu_requested')) AS v (measure) WHERE n <> 62;

  INSERT INTO budgets (cluster, name, period_from, period_until, per, kind, hub, basis, amount_usd, spent_before_usd,
    spent_usd, missing_days, forecast_usd, forecast_reason, thresholds)
  SELECT 'page', name, month, month + interval '1 month', 'month', 'hub', 'prod', 'tagged', 1000, 0, 231.56, 0, forecast,
    CASE WHEN forecast IS NULL THEN 'there was no cost yet' END, '[]'
  FROM date_trunc('month', now() AT TIME ZONE 'UTC') AS month, (VALUES ('this one', 789.1), ('${EVIL}', NULL), (repeat('n', 200), NULL)) AS v (name, forecast);

  INSERT INTO forecasts (cluster, month, kind, name, spent_usd, forecast_usd, low_usd, high_usd)
  SELECT 'page', date_trunc('month', (now() AT TIME ZONE 'UTC') - interval '1 day'), 'cluster', '', 100, 1234.5, 1000, 1500;

  INSERT INTO anomalies (cluster, day, hub, component, username, amount_usd, usual_usd, most_usd, alert)
  SELECT 'page', (now() AT TIME ZONE 'UTC')::date - 3, 'prod', NULL, '${EVIL}', 73.1, 1.25, 6.25, 'none';`;

/** Condition on the estate's days: so many before today, both inclusive. */
export function between(first: number, last: number): string {
  return `day BETWEEN (now() AT TIME ZONE 'UTC')::date - ${first} AND (now() AT TIME ZONE 'UTC')::date - ${last}`;
}

/** One amount from the tables, as the page writes it. */
export async function amountOf(databaseUrl: string, sql: string): Promise<string> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ amount: string }>(
      `SELECT to_char(round(sum(amount), 2), 'FM$999,999,990.00') AS amount FROM (${sql}) AS amounts (amount)`,
    );
    return rows[0]!.amount;
  } finally {
    await client.end();
  }
}
