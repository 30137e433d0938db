import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Schema `reporting`: all that Grafana's and the API's database role may read. Every view keeps `cluster` and `day` in
 * its grouping and in every window's PARTITION BY, so that a range of days is pushed down to the tables' keys.
 */
export class ReportingViews1764000100000 implements MigrationInterface {
  name = 'ReportingViews1764000100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE SCHEMA reporting`);

    // A day that was read and had no attributable cost is a known 0; a day that was not read has no row.
    await queryRunner.query(`
      CREATE VIEW reporting.daily_total_costs AS
      SELECT cluster, day, 'account' AS name, amount_usd, estimated FROM account_costs
      UNION ALL
      SELECT a.cluster, a.day, 'attributable', coalesce(sum(c.amount_usd), 0), a.estimated
      FROM account_costs a LEFT JOIN attributed_costs c ON c.cluster = a.cluster AND c.day = a.day
      GROUP BY a.cluster, a.day, a.estimated`);

    await queryRunner.query(`
      CREATE VIEW reporting.daily_service_costs AS
      SELECT c.cluster, c.day, c.hub, c.component, c.service, c.amount_usd, a.estimated
      FROM attributed_costs c JOIN account_costs a ON a.cluster = c.cluster AND a.day = c.day`);

    await queryRunner.query(`
      CREATE VIEW reporting.daily_component_costs AS
      SELECT cluster, day, hub, component, sum(amount_usd) AS amount_usd, estimated
      FROM reporting.daily_service_costs
      GROUP BY cluster, day, hub, component, estimated`);

    await queryRunner.query(`
      CREATE VIEW reporting.daily_hub_costs AS
      SELECT cluster, day, hub, sum(amount_usd) AS amount_usd, estimated
      FROM reporting.daily_service_costs
      GROUP BY cluster, day, hub, estimated`);

    await queryRunner.query(`
      CREATE VIEW reporting.daily_user_costs AS
      SELECT cluster, day, hub, username, component, direct_usd, shared_usd, direct_usd + shared_usd AS amount_usd
      FROM user_costs`);

    await queryRunner.query(`
      CREATE VIEW reporting.user_groups AS
      SELECT cluster, day, hub, username, username_escaped, coalesce(usergroup, 'none') AS usergroup,
        row_number() OVER (PARTITION BY cluster, day, hub, username ORDER BY usergroup) AS group_position,
        count(*) OVER (PARTITION BY cluster, day, hub, username) AS group_count
      FROM group_memberships`);

    // full_usd: the whole amount in each of the person's groups. split_usd: divided evenly, by rounding cumulative
    // parts, so that a person's parts add up to the amount to the last digit. Without memberships read for the day, the
    // group is 'unknown' rather than 'none'.
    await queryRunner.query(`
      CREATE VIEW reporting.daily_user_group_costs AS
      SELECT u.cluster, u.day, u.hub, u.username, u.component,
        coalesce(g.usergroup, CASE WHEN d.status IN ('provisional', 'final') THEN 'none' ELSE 'unknown' END) AS usergroup,
        u.amount_usd AS full_usd,
        CASE WHEN g.group_count > 1
          THEN round(u.amount_usd * g.group_position / g.group_count, 10)
             - round(u.amount_usd * (g.group_position - 1) / g.group_count, 10)
          ELSE u.amount_usd END AS split_usd
      FROM reporting.daily_user_costs u
      LEFT JOIN usage_days d ON d.cluster = u.cluster AND d.day = u.day AND d.dataset = 'memberships'
      LEFT JOIN reporting.user_groups g
        ON g.cluster = u.cluster AND g.day = u.day AND g.hub = u.hub AND g.username = u.username
      WHERE u.username IS NOT NULL`);

    await queryRunner.query(`
      CREATE VIEW reporting.daily_group_costs AS
      SELECT cluster, day, hub, component, usergroup, sum(full_usd) AS full_usd, sum(split_usd) AS split_usd
      FROM reporting.daily_user_group_costs
      GROUP BY cluster, day, hub, component, usergroup`);

    // Shares are rounded cumulatively to 10 digits: they add up to exactly 1 over the cluster's (the hub's) users.
    await queryRunner.query(`
      CREATE VIEW reporting.daily_user_usage AS
      SELECT cluster, day, hub, username, component, byte_seconds,
        byte_seconds / (3600 * 1073741824::numeric) AS gib_hours,
        round(cluster_upto / cluster_total, 10) - round((cluster_upto - byte_seconds) / cluster_total, 10) AS cluster_share,
        round(hub_upto / hub_total, 10) - round((hub_upto - byte_seconds) / hub_total, 10) AS hub_share
      FROM (
        SELECT cluster, day, hub, username, component, byte_seconds,
          sum(byte_seconds) OVER (PARTITION BY cluster, day, component) AS cluster_total,
          sum(byte_seconds) OVER (PARTITION BY cluster, day, component ORDER BY hub, username ROWS UNBOUNDED PRECEDING) AS cluster_upto,
          sum(byte_seconds) OVER (PARTITION BY cluster, day, component, hub) AS hub_total,
          sum(byte_seconds) OVER (PARTITION BY cluster, day, component, hub ORDER BY username ROWS UNBOUNDED PRECEDING) AS hub_upto
        FROM user_usage
      ) usage`);

    await queryRunner.query(`
      CREATE VIEW reporting.hubs AS
      SELECT cluster, hub, min(day) AS first_day, max(day) AS last_day FROM attributed_costs GROUP BY cluster, hub`);

    await queryRunner.query(`
      CREATE VIEW reporting.usage_days AS
      SELECT cluster, day, dataset, status, coverage, detail, read_at FROM usage_days`);

    await queryRunner.query(`
      CREATE VIEW reporting.cost_restatements AS
      SELECT cluster, day, hub, service, component, before_usd, after_usd,
        coalesce(after_usd, 0) - coalesce(before_usd, 0) AS difference_usd, reason, seen_at, run_id
      FROM cost_restatements`);

    await queryRunner.query(`
      CREATE VIEW reporting.sync_runs AS
      SELECT id, cluster, source, trigger, window_from, window_until, status, requests, requests * 0.01 AS requests_usd,
        days_changed, rows_written, error, started_at, finished_at,
        extract(epoch FROM finished_at - started_at)::double precision AS duration_seconds
      FROM sync_runs`);

    await queryRunner.query(`
      CREATE VIEW reporting.sync_status AS
      SELECT DISTINCT ON (cluster, source) cluster, source, status AS last_status, started_at AS last_started_at,
        error AS last_error,
        (SELECT max(good.finished_at) FROM sync_runs good
          WHERE good.cluster = run.cluster AND good.source = run.source AND good.status = 'succeeded') AS last_success_at
      FROM sync_runs run
      WHERE status <> 'running'
      ORDER BY cluster, source, started_at DESC, id DESC`);

    // TypeORM's own record, so that a role that only sees `reporting` can tell whether the database is migrated.
    await queryRunner.query(`CREATE VIEW reporting.applied_migrations AS SELECT name FROM migrations`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP SCHEMA reporting CASCADE`);
  }
}
