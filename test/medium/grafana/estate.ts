import { execute } from '../../support/database.js';
import { fillDerived } from '../../support/fill-derived.js';

/** The hand-made estate: one week, two hubs, five people. Figures are in the comments of the specs that use them. */
export const CLUSTER = 'earth';
export const RANGE = { from: new Date('2026-03-02T09:30:00.000Z'), to: new Date('2026-03-05T15:45:00.000Z') };

const GIB_HOUR = '(3600 * 1073741824::numeric)';

/**
 * Costs and usage of 2 March to 5 March 2026, a day before and a day after that, February for the month before, and
 * another cluster with the same names.
 *
 * Each day from 2 to 5 March: account 100, of which prod: compute 40, home storage 10; support: compute 20, core 8.
 * So 78 are attributable, 22 are not. 4 and 5 March are estimated. Of compute, the users of prod bear 40 directly and
 * 15 of 20 as their shared part; 5 stay unallocated, and so does core. Home storage is borne by its users. What zoe used
 * was not shared out yet. On 6 March the 5 were not idle: usage was not read.
 */
export async function fillEstate(url: string): Promise<void> {
  await execute(url, STATEMENTS.join(';\n'));
  await fillDerived(url);
}

/** Names that break a careless query. */
export const USERS = {
  plain: 'ada',
  singleQuote: `o'brien`,
  doubleQuote: `bob "the builder"`,
  backslash: `back\\slash`,
  percent: '100%_sure',
} as const;

/** A group whose name needs quoting. */
export const TEAM = `the "a" team`;

const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
const C = text(CLUSTER);

/** Days with the full pattern: in the range, and one on each side. */
const DAYS = `generate_series(date '2026-03-01', date '2026-03-06', interval '1 day')`;

const STATEMENTS = [
  `INSERT INTO sync_runs (cluster, source, trigger, window_from, window_until, status, requests, days_changed, rows_written, error, started_at, finished_at)
   VALUES
     (${C}, 'cost-explorer', 'schedule', '2026-02-01', '2026-03-05', 'succeeded', 5, 3, 40, NULL, '2026-03-04T05:17:00Z', '2026-03-04T05:17:30Z'),
     (${C}, 'cost-explorer', 'schedule', '2026-02-01', '2026-03-05', 'failed', 2, 0, 0, 'throttled; it''s busy', '2026-03-05T05:17:00Z', '2026-03-05T05:18:00Z'),
     (${C}, 'prometheus', 'schedule', '2026-03-04', '2026-03-06', 'succeeded', 0, 2, 30, NULL, '2026-03-05T05:18:00Z', '2026-03-05T05:18:10Z'),
     (${C}, 'prometheus', 'once', '2026-03-04', '2026-03-06', 'running', 0, 0, 0, NULL, '2026-03-05T15:00:00Z', NULL)`,
  ...['other', CLUSTER].flatMap((cluster) => [
    `INSERT INTO cost_days (cluster, day, account_usd, estimated, basis, attribution, run_id, cluster_usd, policy, digest)
     SELECT ${text(cluster)}, day::date, ${cluster === 'other' ? 1000 : 100}, day >= date '2026-03-04', 'amortized', 'd', 1, 0, 'compute by node_share', '' FROM ${DAYS} AS day
     UNION ALL SELECT ${text(cluster)}, day::date, 50, false, 'amortized', 'd', 1, 0, '', ''
     FROM generate_series(date '2026-02-01', date '2026-02-28', interval '1 day') AS day`,
    `INSERT INTO attributed_costs (cluster, day, hub, service, component, amount_usd, instance_type)
     SELECT ${text(cluster)}, day::date, hub, service, component, amount_usd,
       CASE WHEN service LIKE '% - Compute' THEN CASE hub WHEN 'prod' THEN 'r5.xlarge' ELSE 'x1e.32xlarge' END ELSE '' END
     FROM ${DAYS} AS day, (VALUES
       ('prod', 'Amazon Elastic Compute Cloud - Compute', 'compute', 30::numeric),
       ('prod', 'EC2 - Other', 'compute', 10),
       ('prod', 'Amazon Elastic File System', 'home storage', 10),
       ('support', 'Amazon Elastic Compute Cloud - Compute', 'compute', 20),
       ('support', 'Amazon Elastic Container Service for Kubernetes', 'core', 8)
     ) AS parts (hub, service, component, amount_usd)
     UNION ALL SELECT ${text(cluster)}, day::date, 'prod', 'EC2 - Other', 'compute', 30, ''
     FROM generate_series(date '2026-02-01', date '2026-02-28', interval '1 day') AS day`,
    `INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups, reason)
     SELECT ${text(cluster)}, day::date, hub, username, component, direct_usd, shared_usd,
       CASE WHEN username IS NOT NULL THEN ARRAY['?'] END,
       CASE WHEN username IS NULL THEN
         CASE WHEN component <> 'compute' THEN 'not allocated' WHEN day = date '2026-03-06' THEN 'usage not read' ELSE 'idle' END
       END
     FROM ${DAYS} AS day, (VALUES
       ('prod', ${text(USERS.plain)}, 'compute', 20::numeric, 6::numeric),
       ('prod', ${text(USERS.singleQuote)}, 'compute', 12, 4),
       ('prod', ${text(USERS.doubleQuote)}, 'compute', 8, 3),
       ('staging', ${text(USERS.plain)}, 'compute', 0, 2),
       ('support', NULL, 'compute', 0, 5),
       ('support', NULL, 'core', 0, 8),
       ('prod', ${text(USERS.plain)}, 'home storage', 4, 0),
       ('prod', ${text(USERS.backslash)}, 'home storage', 4, 0),
       ('prod', ${text(USERS.percent)}, 'home storage', 2, 0)
     ) AS costs (hub, username, component, direct_usd, shared_usd)`,
    `INSERT INTO user_usage (cluster, day, hub, username, measure, quantity)
     SELECT ${text(cluster)}, day::date, hub, username, measure, gib_hours * ${GIB_HOUR}
     FROM ${DAYS} AS day, (VALUES
       ('prod', ${text(USERS.plain)}, 'memory_requested', 13::numeric),
       ('prod', ${text(USERS.singleQuote)}, 'memory_requested', 8),
       ('prod', ${text(USERS.doubleQuote)}, 'memory_requested', 4),
       ('staging', ${text(USERS.plain)}, 'memory_requested', 2),
       ('prod', ${text(USERS.plain)}, 'home_stored', 48),
       ('prod', ${text(USERS.backslash)}, 'home_stored', 48),
       ('prod', ${text(USERS.percent)}, 'home_stored', 24),
       ('staging', 'zoe', 'memory_requested', 1)
     ) AS usage (hub, username, measure, gib_hours)`,
    // ada is in two groups on 1, 2 and 3 March and in one after that, o'brien in one, bob in none; the exporter does not
    // know the others.
    `INSERT INTO group_memberships (cluster, day, hub, username, usergroup, username_escaped)
     SELECT ${text(cluster)}, day::date, 'prod', username, usergroup, username
     FROM ${DAYS} AS day, (VALUES
       (${text(USERS.plain)}, 'physics', date '2026-03-06'),
       (${text(USERS.plain)}, ${text(TEAM)}, date '2026-03-03'),
       (${text(USERS.singleQuote)}, 'physics', date '2026-03-06'),
       (${text(USERS.doubleQuote)}, NULL, date '2026-03-06')
     ) AS members (username, usergroup, last_day)
     WHERE day <= last_day`,
    `INSERT INTO usage_days (cluster, day, dataset, status, coverage, detail, read_at, run_id, hub, method, digest)
     SELECT ${text(cluster)}, day::date, dataset,
       CASE WHEN day < date '2026-03-05' THEN 'final' ELSE 'provisional' END, 0.9, NULL, day + interval '27 hours', 1, '',
       CASE dataset WHEN 'compute' THEN 'memory_requested' ELSE '' END, ''
     FROM ${DAYS} AS day, (VALUES ('compute'), ('home storage'), ('memberships')) AS datasets (dataset)`,
    // Nobody used anything in the last two weeks of February.
    `INSERT INTO usage_days (cluster, day, dataset, status, coverage, read_at, run_id, hub, method, digest)
     SELECT ${text(cluster)}, day::date, 'compute', 'final', 0.9, day + interval '27 hours', 1, '', 'memory_requested', ''
     FROM generate_series(date '2026-02-15', '2026-02-28', '1 day') AS day`,
    `INSERT INTO cost_restatements (cluster, day, hub, service, component, before_usd, after_usd, reason, seen_at, run_id)
     VALUES
       (${text(cluster)}, '2026-02-27', 'prod', 'EC2 - Other', 'compute', 29, 30, 'restated', '2026-03-04T05:17:20Z', 1),
       (${text(cluster)}, '2026-02-28', 'prod', 'EC2 - Other', 'compute', NULL, 30, 'restated', '2026-03-04T05:17:20Z', 1),
       (${text(cluster)}, '2026-03-01', 'support', 'AWS Backup', 'backup', 2.5, NULL, 'restated', '2026-03-04T05:17:20Z', 1)`,
    `INSERT INTO budgets (cluster, name, period_from, period_until, per, kind, hub, usergroup, username, basis, amount_usd,
       spent_before_usd, settled_to, spent_usd, missing_days, reason, forecast_usd, forecast_low_usd, forecast_high_usd,
       forecast_reason, run_out_on, thresholds)
     VALUES
       (${text(cluster)}, 'all', '2026-03-01', '2026-04-01', 'month', 'cluster', NULL, NULL, NULL, 'tagged', 2000, 0,
         '2026-03-04', 312, 0, NULL, 2418, 2300, 2500, NULL, '2026-03-26', '[]'),
       (${text(cluster)}, 'prod', '2026-03-01', '2026-04-01', 'month', 'hub', 'prod', NULL, NULL, 'tagged', 2000, 0,
         '2026-03-04', 200, 0, NULL, NULL, NULL, NULL, 'there are 4 days of history, and 21 are needed', NULL, '[]'),
       (${text(cluster)}, 'prod', '2026-02-01', '2026-03-01', 'month', 'hub', 'prod', NULL, NULL, 'tagged', 2000, 0,
         '2026-03-04', 100, 0, NULL, 100, 100, 100, NULL, NULL, '[]')`,
    `INSERT INTO forecasts (cluster, month, kind, name, settled_to, spent_usd, forecast_usd, low_usd, high_usd, reason)
     VALUES
       (${text(cluster)}, '2026-03-01', 'cluster', '', '2026-03-04', 312, 2418, 2300, 2500, NULL),
       (${text(cluster)}, '2026-03-01', 'hub', 'prod', '2026-03-04', 200, NULL, NULL, NULL, 'there are 4 days of history, and 21 are needed'),
       (${text(cluster)}, '2026-03-01', 'component', 'compute', '2026-03-04', 240, 1860, NULL, NULL, NULL)`,
    `INSERT INTO anomalies (cluster, day, hub, component, username, amount_usd, usual_usd, most_usd, alert)
     VALUES
       (${text(cluster)}, '2026-03-03', 'prod', 'compute', NULL, 40, 20, 30, 'none'),
       (${text(cluster)}, '2026-03-03', 'prod', NULL, ${text(USERS.plain)}, 30, 10, 15, 'none')`,
  ]),
];
