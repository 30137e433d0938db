import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeViews, type ViewComment } from './describe-views.js';

const CLUSTER = 'Name of the cluster';
const DAY = 'UTC calendar day';
const HUB = "Hub; 'support' bears what carries no hub tag";
const COMPONENT = 'Component: a group of AWS services';
const ESTIMATED = 'Whether Cost Explorer still calls the day estimated: it may be restated';

const COMMENTS: Readonly<Record<string, ViewComment>> = {
  daily_total_costs: {
    view: 'Cost per day of the whole account and of what is attributable to the cluster; a day that was not read has no row',
    columns: {
      cluster: CLUSTER,
      day: DAY,
      name: "'account' or 'attributable'; attributable is a part of account, do not add them",
      amount_usd: 'Cost (USD)',
      estimated: ESTIMATED,
    },
  },
  daily_service_costs: {
    view: 'Attributable cost per day, hub, component and AWS service: the finest grain; adds up to the attributable total',
    columns: {
      cluster: CLUSTER,
      day: DAY,
      hub: HUB,
      component: COMPONENT,
      service: 'AWS service, as Cost Explorer names it',
      amount_usd: 'Cost (USD)',
      estimated: ESTIMATED,
    },
  },
  daily_component_costs: {
    view: 'Attributable cost per day, hub and component; adds up to the attributable total',
    columns: {
      cluster: CLUSTER,
      day: DAY,
      hub: HUB,
      component: COMPONENT,
      amount_usd: 'Cost (USD)',
      estimated: ESTIMATED,
    },
  },
  daily_hub_costs: {
    view: 'Attributable cost per day and hub; adds up to the attributable total',
    columns: { cluster: CLUSTER, day: DAY, hub: HUB, amount_usd: 'Cost (USD)', estimated: ESTIMATED },
  },
  daily_user_costs: {
    view: 'Cost per day, hub, user and component, with what no user bears; adds up to the attributable total',
    columns: {
      cluster: CLUSTER,
      day: DAY,
      hub: 'Hub where the user was active; of a row without a user, the hub that the cost is tagged with',
      username: 'User; NULL: cost that no user bears (idle, excluded hubs, components that users do not share)',
      component: COMPONENT,
      direct_usd: "The user's part of the cost tagged with their hub (USD)",
      shared_usd: "The user's part of the cost that belongs to all hubs (USD)",
      amount_usd: 'direct_usd + shared_usd (USD)',
    },
  },
  user_groups: {
    view: 'Who was in which group on each day; one row per group, a user without any has one row with group none',
    columns: {
      cluster: CLUSTER,
      day: DAY,
      hub: 'Hub that reported the membership',
      username: 'User',
      username_escaped: 'User, as directories and labels spell it',
      usergroup: "Group; 'none': in no group that day",
      group_position: "Number of this group among the user's groups of the day, from 1",
      group_count: 'In how many groups the user was that day; 1 for a user in none',
    },
  },
  daily_user_group_costs: {
    view: 'Cost per day, hub, user, component and group; a user in several groups has a row for each',
    columns: {
      cluster: CLUSTER,
      day: DAY,
      hub: 'Hub where the user was active',
      username: 'User',
      component: COMPONENT,
      usergroup: "Group as of the day; 'none': in no group; 'unknown': memberships of the day were not read",
      full_usd: "The user's whole cost, in each of their groups: sums over groups count it more than once (USD)",
      split_usd: "The user's cost divided evenly among their groups: sums over groups add up (USD)",
    },
  },
  daily_group_costs: {
    view: 'Cost per day, hub, component and group, counted in full and split',
    columns: {
      cluster: CLUSTER,
      day: DAY,
      hub: 'Hub where the users were active',
      component: COMPONENT,
      usergroup: "Group as of the day; 'none': in no group; 'unknown': memberships of the day were not read",
      full_usd: 'Whole cost of every member: sums over groups count users in several groups more than once (USD)',
      split_usd: 'Cost of the members, each divided evenly among their groups: sums over groups add up (USD)',
    },
  },
  daily_user_usage: {
    view: 'Usage per day, hub, user and component, and the share that cost is divided by',
    columns: {
      cluster: CLUSTER,
      day: DAY,
      hub: 'Hub',
      username: 'User',
      component: 'compute: memory requested; home storage: size of the home directory',
      byte_seconds: 'Memory or storage held, integrated over the day (byte-seconds)',
      gib_hours: 'The same in GiB-hours: 1 GiB held for an hour (GiB-hours)',
      cluster_share: "Part of the cluster's usage of the component that day; adds up to 1 (0 to 1)",
      hub_share: "Part of the hub's usage of the component that day; adds up to 1 per hub (0 to 1)",
    },
  },
  hubs: {
    view: 'Every hub that ever had cost',
    columns: { cluster: CLUSTER, hub: HUB, first_day: 'First day with cost', last_day: 'Last day with cost' },
  },
  usage_days: {
    view: 'What was read from Prometheus for each day, and whether it may still change',
    columns: {
      cluster: CLUSTER,
      day: DAY,
      dataset: "'compute', 'home storage' or 'memberships'",
      status: "'provisional': the day may be read again; 'final': it will not; 'missing': Prometheus had nothing",
      coverage: 'Part of the day for which Prometheus holds samples (0 to 1)',
      detail: 'Why the day is missing; NULL otherwise',
      read_at: 'When it was last read',
    },
  },
  cost_restatements: {
    view: 'Every stored cost that a later reading changed',
    columns: {
      cluster: CLUSTER,
      day: 'UTC calendar day whose cost changed',
      hub: HUB,
      service: 'AWS service, as Cost Explorer names it',
      component: COMPONENT,
      before_usd: 'Cost before; NULL: there was none (USD)',
      after_usd: 'Cost after; NULL: there is none any more (USD)',
      difference_usd: 'after_usd - before_usd, NULL counted as 0 (USD)',
      reason: "'restated' by AWS, or the deployment changed its 'cost basis' or its 'attribution'",
      seen_at: 'When the change was read',
      run_id: 'The run that read it: sync_runs.id',
    },
  },
  sync_runs: {
    view: 'Every run of the sync, per source',
    columns: {
      id: 'Number of the run',
      cluster: CLUSTER,
      source: "'cost-explorer', 'prometheus' or 'allocation'",
      trigger: "What started it: 'schedule', 'startup', 'once' or 'backfill'",
      window_from: 'First day that it read or derived',
      window_until: 'The day after the last',
      status: "'running', 'succeeded' or 'failed'",
      requests: 'Requests sent to Cost Explorer, each of them paid; 0 for the other sources',
      requests_usd: 'What those requests cost (USD)',
      days_changed: 'Days whose stored figures changed',
      rows_written: 'Rows written',
      error: 'Why it failed; NULL otherwise',
      started_at: 'When it started',
      finished_at: 'When it ended; NULL while running',
      duration_seconds: 'How long it took; NULL while running (seconds)',
    },
  },
  sync_status: {
    view: 'The last finished run of each source, and the last good one',
    columns: {
      cluster: CLUSTER,
      source: "'cost-explorer', 'prometheus' or 'allocation'",
      last_status: "'succeeded' or 'failed'",
      last_started_at: 'When the last finished run started',
      last_error: 'Why it failed; NULL otherwise',
      last_success_at: 'When the last good run ended; NULL: there was none',
    },
  },
  applied_migrations: {
    view: 'Migrations that this database has had: tells a reader whether it is up to date',
    columns: { name: 'Name of the migration' },
  },
};

/**
 * The reading side of the database: what every view and column means, and `grafana_reader`, a role that may read
 * `reporting` and nothing else. Views run with their owner's rights, so it needs none on the tables beneath.
 *
 * Roles belong to the whole database server: one that exists is left as it is, whoever made it. It gets no password
 * here; the deployment sets one. A migrating role without CREATEROLE leaves a warning, and the grants to the operator.
 */
export class GrafanaReader1764000200000 implements MigrationInterface {
  name = 'GrafanaReader1764000200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // A range of days is not carried from one side of a join to the other. So these two go day by day: a plain join of an
    // account's day and its costs, or of costs and memberships, would read all days that ever were.
    await queryRunner.query(`
      CREATE OR REPLACE VIEW reporting.daily_total_costs AS
      SELECT cluster, day, 'account' AS name, amount_usd, estimated FROM account_costs
      UNION ALL
      SELECT cluster, day, 'attributable',
        (SELECT coalesce(sum(c.amount_usd), 0) FROM attributed_costs c WHERE c.cluster = a.cluster AND c.day = a.day),
        estimated
      FROM account_costs a`);
    // `never_read` keeps the planner from making a plain join of it after all: it flattens no query with a window, carries
    // conditions on the window's partition into it, and does not compute a column that nobody reads.
    await queryRunner.query(`
      CREATE OR REPLACE VIEW reporting.daily_user_group_costs AS
      SELECT d.cluster, d.day, u.hub, u.username, u.component,
        coalesce(g.usergroup, d.without_group) AS usergroup,
        u.amount_usd AS full_usd,
        CASE WHEN g.group_count > 1
          THEN round(u.amount_usd * g.group_position / g.group_count, 10)
             - round(u.amount_usd * (g.group_position - 1) / g.group_count, 10)
          ELSE u.amount_usd END AS split_usd
      FROM (
        SELECT a.cluster, a.day,
          CASE WHEN m.status IN ('provisional', 'final') THEN 'none' ELSE 'unknown' END AS without_group
        FROM account_costs a
        LEFT JOIN usage_days m ON m.cluster = a.cluster AND m.day = a.day AND m.dataset = 'memberships'
      ) d
      CROSS JOIN LATERAL (
        SELECT hub, username, component, direct_usd + shared_usd AS amount_usd,
          count(*) OVER (PARTITION BY hub, username, component) AS never_read
        FROM user_costs
        WHERE cluster = d.cluster AND day = d.day AND username IS NOT NULL
      ) u
      LEFT JOIN LATERAL (
        SELECT hub, username, coalesce(usergroup, 'none') AS usergroup,
          row_number() OVER own AS group_position, count(*) OVER own AS group_count
        FROM group_memberships
        WHERE cluster = d.cluster AND day = d.day
        WINDOW own AS (PARTITION BY hub, username ORDER BY usergroup
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
      ) g ON g.hub = u.hub AND g.username = u.username`);
    await describeViews(queryRunner, COMMENTS);
    await queryRunner.query(
      `COMMENT ON SCHEMA reporting IS 'Stable views for Grafana and the API; no table is read directly'`,
    );
    // Two databases of one server may be migrated at once: the loser of the race finds the role made.
    await queryRunner.query(`
      DO $$
      BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'grafana_reader') THEN
          CREATE ROLE grafana_reader LOGIN;
          ALTER ROLE grafana_reader SET default_transaction_read_only = on;
          ALTER ROLE grafana_reader SET statement_timeout = '30s';
          ALTER ROLE grafana_reader SET jit = off;
        END IF;
      EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;
        WHEN insufficient_privilege THEN
          RAISE WARNING 'role grafana_reader was not created: the migrating role lacks CREATEROLE; docs/reporting.md has the SQL';
      END $$`);
    await queryRunner.query(`
      DO $$
      BEGIN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'grafana_reader') THEN
          GRANT USAGE ON SCHEMA reporting TO grafana_reader;
          GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO grafana_reader;
          ALTER DEFAULT PRIVILEGES IN SCHEMA reporting GRANT SELECT ON TABLES TO grafana_reader;
        END IF;
      END $$`);
  }

  /**
   * Takes back the rights and the comments. The role stays, since other databases of the server may use it, and so do
   * the quicker views, which say the same.
   */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DO $$
      BEGIN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'grafana_reader') THEN
          ALTER DEFAULT PRIVILEGES IN SCHEMA reporting REVOKE SELECT ON TABLES FROM grafana_reader;
          REVOKE ALL ON ALL TABLES IN SCHEMA reporting FROM grafana_reader;
          REVOKE USAGE ON SCHEMA reporting FROM grafana_reader;
        END IF;
      END $$`);
    for (const [view, comment] of Object.entries(COMMENTS)) {
      await queryRunner.query(`COMMENT ON VIEW reporting.${view} IS NULL`);
      for (const column of Object.keys(comment.columns)) {
        await queryRunner.query(`COMMENT ON COLUMN reporting.${view}.${column} IS NULL`);
      }
    }
  }
}
