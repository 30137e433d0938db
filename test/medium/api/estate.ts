import { execute } from '../../support/database.js';
import { fillDerived } from '../../support/fill-derived.js';

/**
 * Two days of a small cluster, every figure worked out by hand, allocated by hub. Written straight into the tables.
 *
 * 2025-03-01, `alpha` (GiB-hours of compute: alice 6 and bob 3 on prod, carol 3 on staging; home storage: alice 1, bob 2)
 *
 *   attributed                                  borne by
 *   prod     compute       30.0049999999        alice 20.0033333333, bob 10.0016666666
 *   prod     home storage   4.5                 alice 1.5, bob 3
 *   staging  compute       10                   carol 10
 *   support  compute       20                   alice 10, bob 5, carol 5 (shared)
 *   support  core           2.4                 nobody
 *
 * 2025-03-02, when nobody used prod and memberships could not be read
 *
 *   prod     compute        7                   nobody
 *   staging  compute        0.00005             an alice who is not prod's
 *
 * `beta` costs 500 on 2025-03-01; none of it may ever show in an answer about `alpha`.
 */
export async function fillEstate(databaseUrl: string): Promise<void> {
  await execute(databaseUrl, ESTATE);
  await fillDerived(databaseUrl);
}

const GIB_HOUR = 3600 * 2 ** 30;

const ESTATE = `
  INSERT INTO sync_runs (cluster, source, trigger, status, error, started_at, finished_at) VALUES
    ('alpha', 'cost-explorer', 'once', 'succeeded', NULL, '2025-03-03T05:17:00Z', '2025-03-03T05:18:00Z'),
    ('alpha', 'prometheus', 'once', 'succeeded', NULL, '2025-03-03T05:17:00Z', '2025-03-03T05:18:00Z'),
    ('beta', 'cost-explorer', 'once', 'succeeded', NULL, '2025-03-03T05:17:00Z', '2025-03-03T05:18:00Z');

  INSERT INTO cost_days (cluster, day, account_usd, estimated, basis, attribution, run_id, cluster_usd, policy, digest) VALUES
    ('alpha', '2025-03-01', 100.005, false, 'amortized', 'x', 1, 0, '', ''),
    ('alpha', '2025-03-02', 10, true, 'amortized', 'x', 1, 0, '', ''),
    ('beta', '2025-03-01', 600, false, 'amortized', 'x', 3, 0, '', '');

  INSERT INTO attributed_costs (cluster, day, hub, service, component, amount_usd) VALUES
    ('alpha', '2025-03-01', 'prod', 'Amazon Elastic Compute Cloud - Compute', 'compute', 25.0049999999),
    ('alpha', '2025-03-01', 'prod', 'EC2 - Other', 'compute', 5),
    ('alpha', '2025-03-01', 'prod', 'EC2 - Other', 'home storage', 4.5),
    ('alpha', '2025-03-01', 'staging', 'Amazon Elastic Compute Cloud - Compute', 'compute', 10),
    ('alpha', '2025-03-01', 'support', 'Amazon Elastic Compute Cloud - Compute', 'compute', 20),
    ('alpha', '2025-03-01', 'support', 'Amazon Elastic Container Service for Kubernetes', 'core', 2.4),
    ('alpha', '2025-03-02', 'prod', 'EC2 - Other', 'compute', 7),
    ('alpha', '2025-03-02', 'staging', 'EC2 - Other', 'compute', 0.00005),
    ('beta', '2025-03-01', 'prod', 'EC2 - Other', 'compute', 500);

  INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups, reason) VALUES
    ('alpha', '2025-03-01', 'prod', 'alice', 'compute', 20.0033333333, 10, '{?}', NULL),
    ('alpha', '2025-03-01', 'prod', 'bob', 'compute', 10.0016666666, 5, '{?}', NULL),
    ('alpha', '2025-03-01', 'prod', 'alice', 'home storage', 1.5, 0, '{?}', NULL),
    ('alpha', '2025-03-01', 'prod', 'bob', 'home storage', 3, 0, '{?}', NULL),
    ('alpha', '2025-03-01', 'staging', 'carol', 'compute', 10, 5, '{?}', NULL),
    ('alpha', '2025-03-01', 'support', NULL, 'core', 2.4, 0, NULL, 'not allocated'),
    ('alpha', '2025-03-02', 'prod', NULL, 'compute', 7, 0, NULL, 'idle'),
    ('alpha', '2025-03-02', 'staging', 'alice', 'compute', 0.00005, 0, '{?}', NULL),
    ('beta', '2025-03-01', 'prod', 'alice', 'compute', 500, 0, '{?}', NULL);

  INSERT INTO user_usage (cluster, day, hub, username, measure, quantity) VALUES
    ('alpha', '2025-03-01', 'prod', 'alice', 'memory_requested', ${6 * GIB_HOUR}),
    ('alpha', '2025-03-01', 'prod', 'bob', 'memory_requested', ${3 * GIB_HOUR}),
    ('alpha', '2025-03-01', 'staging', 'carol', 'memory_requested', ${3 * GIB_HOUR}),
    ('alpha', '2025-03-01', 'prod', 'alice', 'home_stored', ${GIB_HOUR}),
    ('alpha', '2025-03-01', 'prod', 'bob', 'home_stored', ${2 * GIB_HOUR}),
    ('alpha', '2025-03-02', 'staging', 'alice', 'memory_requested', ${GIB_HOUR / 2}),
    ('beta', '2025-03-01', 'prod', 'alice', 'memory_requested', ${900 * GIB_HOUR});

  INSERT INTO group_memberships (cluster, day, hub, username, usergroup, username_escaped) VALUES
    ('alpha', '2025-03-01', 'prod', 'alice', 'research', 'alice'),
    ('alpha', '2025-03-01', 'prod', 'bob', 'research', 'bob'),
    ('alpha', '2025-03-01', 'prod', 'bob', 'teaching', 'bob'),
    ('alpha', '2025-03-01', 'staging', 'carol', NULL, 'carol'),
    ('beta', '2025-03-01', 'prod', 'alice', 'elsewhere', 'alice');

  INSERT INTO usage_days (cluster, day, dataset, status, coverage, detail, read_at, run_id, hub, method, digest) VALUES
    ('alpha', '2025-03-01', 'compute', 'final', 1, NULL, '2025-03-03T05:18:00Z', 2, '', '', ''),
    ('alpha', '2025-03-01', 'home storage', 'final', 1, NULL, '2025-03-03T05:18:00Z', 2, '', '', ''),
    ('alpha', '2025-03-01', 'memberships', 'final', 1, NULL, '2025-03-03T05:18:00Z', 2, '', '', ''),
    ('alpha', '2025-03-02', 'compute', 'final', 1, NULL, '2025-03-03T05:18:00Z', 2, '', '', ''),
    ('alpha', '2025-03-02', 'memberships', 'missing', 0, 'no samples', '2025-03-03T05:18:00Z', 2, '', '', ''),
    ('beta', '2025-03-01', 'memberships', 'final', 1, NULL, '2025-03-03T05:18:00Z', 3, '', '', '');

  INSERT INTO budgets (cluster, name, period_from, period_until, per, kind, hub, usergroup, username, basis, amount_usd,
    spent_before_usd, settled_to, spent_usd, missing_days, reason, forecast_usd, forecast_reason, thresholds) VALUES
    ('alpha', 'all', '2025-03-01', '2025-04-01', 'month', 'cluster', NULL, NULL, NULL, 'tagged', 1000, 0, '2025-03-02', 73.9, 0, NULL, 900, NULL, '[]'),
    ('alpha', 'of prod', '2025-03-01', '2025-04-01', 'month', 'hub', 'prod', NULL, NULL, 'tagged', 100, 0, '2025-03-02', 41.5, 0, NULL, 120, NULL, '[]'),
    ('alpha', 'of staging', '2025-03-01', '2025-04-01', 'month', 'hub', 'staging', NULL, NULL, 'tagged', 100, 0, '2025-03-02', 10, 0, NULL, 20, NULL, '[]'),
    ('alpha', 'of alice', '2025-03-01', '2025-04-01', 'month', 'user', 'prod', NULL, 'alice', 'allocated', 50, 0, '2025-03-02', 31.5, 0, NULL, NULL, 'a user has no forecast', '[]'),
    ('beta', 'of beta', '2025-03-01', '2025-04-01', 'month', 'hub', 'prod', NULL, NULL, 'tagged', 100, 0, '2025-03-02', 500, 0, NULL, 900, NULL, '[]');

  INSERT INTO forecasts (cluster, month, kind, name, settled_to, spent_usd, forecast_usd) VALUES
    ('alpha', '2025-03-01', 'cluster', '', '2025-03-02', 73.9, 900),
    ('alpha', '2025-03-01', 'hub', 'prod', '2025-03-02', 41.5, 120),
    ('alpha', '2025-03-01', 'hub', 'staging', '2025-03-02', 10, 20),
    ('beta', '2025-03-01', 'hub', 'prod', '2025-03-02', 500, 900);

  INSERT INTO anomalies (cluster, day, hub, component, username, amount_usd, usual_usd, most_usd, alert) VALUES
    ('alpha', '2025-03-01', 'prod', 'compute', NULL, 30.0049999999, 7, 12, 'none'),
    ('alpha', '2025-03-01', 'prod', NULL, 'alice', 31.5033333333, 7, 12, 'none'),
    ('alpha', '2025-03-01', 'staging', 'compute', NULL, 10, 0, 5, 'none'),
    ('beta', '2025-03-01', 'prod', 'compute', NULL, 500, 7, 12, 'none')`;
