/**
 * Rows as deployments have them, by the migration that made what they are stored in: a database that stopped at a
 * migration is filled with the rows of that one and of all before it. A migration that adds a table or a column adds its
 * rows here; one that was released is never edited, and neither are its rows.
 *
 * Cluster `earth`, 2026-03-01: account 100; prod: compute 40, home storage 10; support: compute 20, core 8, so 78
 * attributable. ada (in two groups) bears 25 + 10 of compute and 10 of home storage, bob (in none) 15 + 5 of compute;
 * 13 stay unallocated: 5 of compute, 8 of core. 2026-03-02, not settled yet: account 7.0000000001, nothing attributed.
 */
export const ROWS_BY_MIGRATION: Readonly<Record<string, readonly string[]>> = {
  CostAndUsageTables1764000000000: [
    `INSERT INTO sync_runs (cluster, source, trigger, window_from, window_until, status, requests, days_changed, rows_written, error, started_at, finished_at)
     VALUES
       ('earth', 'cost-explorer', 'schedule', '2026-02-01', '2026-03-03', 'succeeded', 5, 2, 20, NULL, '2026-03-02T05:17:00Z', '2026-03-02T05:17:30Z'),
       ('earth', 'prometheus', 'startup', '2026-03-01', '2026-03-03', 'failed', 0, 1, 5, 'no answer', '2026-03-02T05:18:00Z', '2026-03-02T05:18:30Z'),
       ('earth', 'allocation', 'backfill', '2026-03-01', '2026-03-02', 'running', 0, 0, 0, NULL, '2026-03-02T06:00:00Z', NULL)`,
    `INSERT INTO account_costs (cluster, day, amount_usd, estimated, cost_basis, attribution_digest, run_id)
     VALUES ('earth', '2026-03-01', 100, false, 'amortized', 'digest', 1),
       ('earth', '2026-03-02', 7.0000000001, true, 'unblended', 'digest', 1)`,
    `INSERT INTO attributed_costs (cluster, day, hub, service, component, amount_usd, run_id)
     VALUES ('earth', '2026-03-01', 'prod', 'Amazon Elastic Compute Cloud - Compute', 'compute', 40, 1),
       ('earth', '2026-03-01', 'prod', 'EC2 - Other', 'home storage', 10, 1),
       ('earth', '2026-03-01', 'support', 'Amazon Elastic Compute Cloud - Compute', 'compute', 20, 1),
       ('earth', '2026-03-01', 'support', 'Amazon Elastic Container Service for Kubernetes', 'core', 8, 1)`,
    `INSERT INTO cost_restatements (cluster, day, hub, service, component, before_usd, after_usd, reason, seen_at, run_id)
     VALUES ('earth', '2026-03-01', 'prod', 'EC2 - Other', 'home storage', NULL, 10, 'restated', '2026-03-02T05:17:20Z', 1)`,
    `INSERT INTO usage_days (cluster, day, dataset, status, coverage, detail, read_at, run_id)
     VALUES ('earth', '2026-03-01', 'compute', 'final', 0.9993, NULL, '2026-03-02T05:18:20Z', 2),
       ('earth', '2026-03-01', 'home storage', 'missing', 0, 'no samples', '2026-03-02T05:18:20Z', 2),
       ('earth', '2026-03-01', 'memberships', 'provisional', 1, NULL, '2026-03-02T05:18:20Z', 2)`,
    `INSERT INTO user_usage (cluster, day, hub, username, component, byte_seconds, run_id)
     VALUES ('earth', '2026-03-01', 'prod', 'ada', 'compute', 3 * 3600 * 1073741824::numeric, 2),
       ('earth', '2026-03-01', 'prod', 'bob', 'compute', 1 * 3600 * 1073741824::numeric, 2)`,
    `INSERT INTO group_memberships (cluster, day, hub, username, usergroup, username_escaped, run_id)
     VALUES ('earth', '2026-03-01', 'prod', 'ada', 'physics', 'ada', 2),
       ('earth', '2026-03-01', 'prod', 'ada', 'chess', 'ada', 2),
       ('earth', '2026-03-01', 'prod', 'bob', NULL, 'bob', 2)`,
    `INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, run_id)
     VALUES ('earth', '2026-03-01', 'prod', 'ada', 'compute', 25, 10, 2),
       ('earth', '2026-03-01', 'prod', 'bob', 'compute', 15, 5, 2),
       ('earth', '2026-03-01', 'prod', 'ada', 'home storage', 10, 0, 2),
       ('earth', '2026-03-01', 'support', NULL, 'compute', 0, 5, 2),
       ('earth', '2026-03-01', 'support', NULL, 'core', 0, 8, 2)`,
    `INSERT INTO allocation_days (cluster, day, allocation, excluded_hubs, run_id)
     VALUES ('earth', '2026-03-01', 'hub', '{binder}', 2)`,
  ],
  SumsOfUserCosts1764000600000: [
    `INSERT INTO allocated_costs (cluster, day, hub, component, borne_by, direct_usd, shared_usd)
     VALUES ('earth', '2026-03-01', 'prod', 'compute', 'users', 40, 15),
       ('earth', '2026-03-01', 'prod', 'home storage', 'users', 10, 0),
       ('earth', '2026-03-01', 'support', 'compute', 'nobody', 0, 5),
       ('earth', '2026-03-01', 'support', 'core', 'nobody', 0, 8)`,
    `INSERT INTO group_costs (cluster, day, hub, component, usergroup, full_usd, split_usd)
     VALUES ('earth', '2026-03-01', 'prod', 'compute', 'chess', 35, 17.5),
       ('earth', '2026-03-01', 'prod', 'compute', 'physics', 35, 17.5),
       ('earth', '2026-03-01', 'prod', 'compute', 'none', 20, 20),
       ('earth', '2026-03-01', 'prod', 'home storage', 'chess', 10, 5),
       ('earth', '2026-03-01', 'prod', 'home storage', 'physics', 10, 5)`,
  ],
  WeeksByMembership1764000700000: [
    `INSERT INTO summed_weeks (cluster, week) VALUES ('earth', '2026-02-23')`,
    `INSERT INTO user_weeks
       (cluster, week, hub, username, component, usergroups, direct_usd, shared_usd, cost_days, byte_seconds, usage_days)
     VALUES ('earth', '2026-02-23', 'prod', 'ada', 'compute', '{chess,physics}', 25, 10, 1, 3 * 3600 * 1073741824::numeric, 1),
       ('earth', '2026-02-23', 'prod', 'bob', 'compute', '{none}', 15, 5, 1, 1 * 3600 * 1073741824::numeric, 1),
       ('earth', '2026-02-23', 'prod', 'ada', 'home storage', '{chess,physics}', 10, 0, 1, 0, 0)`,
    `INSERT INTO membership_weeks (cluster, week, hub, username, usergroups, first_day, last_day, days)
     VALUES ('earth', '2026-02-23', 'prod', 'ada', '{chess,physics}', '2026-03-01', '2026-03-01', 1),
       ('earth', '2026-02-23', 'prod', 'bob', '{none}', '2026-03-01', '2026-03-01', 1)`,
  ],
  CostsByMembership1764000800000: [
    `INSERT INTO membership_costs (cluster, day, hub, component, usergroups, direct_usd, shared_usd)
     VALUES ('earth', '2026-03-01', 'prod', 'compute', '{chess,physics}', 25, 10),
       ('earth', '2026-03-01', 'prod', 'compute', '{none}', 15, 5),
       ('earth', '2026-03-01', 'prod', 'home storage', '{chess,physics}', 10, 0)`,
  ],
};

/** As ROWS_BY_MIGRATION, of schemas that end with just this migration: the next made the table anew, and empty. */
export const ROWS_BY_NEWEST_MIGRATION: Readonly<Record<string, readonly string[]>> = {
  SumsOfUserCosts1764000600000: [
    `INSERT INTO summed_weeks (cluster, week) VALUES ('earth', '2026-02-23')`,
    `INSERT INTO user_weeks
       (cluster, week, hub, username, component, direct_usd, shared_usd, cost_days, byte_seconds, usage_days)
     VALUES ('earth', '2026-02-23', 'prod', 'ada', 'compute', 25, 10, 1, 3 * 3600 * 1073741824::numeric, 1),
       ('earth', '2026-02-23', 'prod', 'bob', 'compute', 15, 5, 1, 1 * 3600 * 1073741824::numeric, 1),
       ('earth', '2026-02-23', 'prod', 'ada', 'home storage', 10, 0, 1, 0, 0)`,
  ],
};

/** Empties these tables of sums, which the first run of its release makes again; until then their days are read. */
export const EMPTYING_MIGRATION = 'WeeksByMembership1764000700000';
export const MADE_AGAIN = ['summed_weeks', 'user_weeks'];

/** What the newest `reporting` must say of those rows, in lines; the same whichever migration the database stopped at. */
export const FIGURES: Readonly<Record<string, readonly string[]>> = {
  [`SELECT concat_ws(' ', day, name, trim_scale(amount_usd), estimated) AS line
    FROM reporting.daily_total_costs ORDER BY day, name`]: [
    '2026-03-01 account 100 f',
    '2026-03-01 attributable 78 f',
    '2026-03-02 account 7.0000000001 t',
    '2026-03-02 attributable 0 t',
  ],
  [`SELECT concat_ws(' ', hub, coalesce(username, '-'), component, trim_scale(amount_usd)) AS line
    FROM reporting.daily_user_costs ORDER BY hub, component, username`]: [
    'prod ada compute 35',
    'prod bob compute 20',
    'prod ada home storage 10',
    'support - compute 5',
    'support - core 8',
  ],
  [`SELECT concat_ws(' ', usergroup, sum(trim_scale(full_usd)), sum(trim_scale(split_usd))) AS line
    FROM reporting.daily_group_costs GROUP BY usergroup ORDER BY usergroup`]: [
    'chess 45 22.5',
    'none 20 20',
    'physics 45 22.5',
  ],
  [`SELECT concat_ws(' ', hub, component, borne_by, trim_scale(amount_usd)) AS line
    FROM reporting.daily_allocated_costs ORDER BY hub, component`]: [
    'prod compute users 55',
    'prod home storage users 10',
    'support compute nobody 5',
    'support core nobody 8',
  ],
  [`SELECT concat_ws(' ', username, component, trim_scale(direct_usd + shared_usd), cost_days, usage_days) AS line
    FROM reporting.user_sums('earth', '2026-02-20', '2026-03-02') ORDER BY username, component`]: [
    'ada compute 35 1 1',
    'ada home storage 10 1 0',
    'bob compute 20 1 1',
  ],
  [`SELECT concat_ws(' ', username, component, usergroups, trim_scale(sum(direct_usd + shared_usd)), sum(cost_days)) AS line
    FROM reporting.member_costs('earth', '2026-02-20', '2026-03-02')
    GROUP BY username, component, usergroups ORDER BY username, component`]: [
    'ada compute {chess,physics} 35 1',
    'ada home storage {chess,physics} 10 1',
    'bob compute {none} 20 1',
  ],
  [`SELECT concat_ws(' ', username, component, usergroups, trim_scale(sum(byte_seconds)), sum(usage_days)) AS line
    FROM reporting.member_usage('earth', '2026-02-20', '2026-03-02')
    GROUP BY username, component, usergroups ORDER BY username, component`]: [
    'ada compute {chess,physics} 11596411699200 1',
    'bob compute {none} 3865470566400 1',
  ],
  [`SELECT concat_ws(' ', hub, component, usergroups, trim_scale(direct_usd), trim_scale(shared_usd)) AS line
    FROM reporting.daily_membership_costs ORDER BY component, usergroups`]: [
    'prod compute {chess,physics} 25 10',
    'prod compute {none} 15 5',
    'prod home storage {chess,physics} 10 0',
  ],
  [`SELECT concat_ws(' ', username, usergroups, days, first_seen, last_seen) AS line
    FROM reporting.membership_sums('earth', '2026-02-20', '2026-03-02') ORDER BY username`]: [
    'ada {chess,physics} 1 2026-03-01 2026-03-01',
    'bob {none} 1 2026-03-01 2026-03-01',
  ],
  [`SELECT concat_ws(' ', username, trim_scale(gib_hours), trim_scale(hub_share)) AS line
    FROM reporting.daily_user_usage ORDER BY username`]: ['ada 3 0.75', 'bob 1 0.25'],
  [`SELECT concat_ws(' ', source, last_status, last_error) AS line FROM reporting.sync_status ORDER BY source`]: [
    'cost-explorer succeeded',
    'prometheus failed no answer',
  ],
  [`SELECT concat_ws(' ', day, dataset, status, trim_scale(coverage)) AS line
    FROM reporting.usage_days ORDER BY dataset`]: [
    '2026-03-01 compute final 0.9993',
    '2026-03-01 home storage missing 0',
    '2026-03-01 memberships provisional 1',
  ],
  [`SELECT concat_ws(' ', hub, component, trim_scale(difference_usd), reason) AS line
    FROM reporting.cost_restatements`]: ['prod home storage 10 restated'],
};
