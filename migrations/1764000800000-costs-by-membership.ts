import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeViews } from './describe-views.js';

/**
 * What users cost together by the groups they were in that day: `membership_costs`, written together with `group_costs`. A
 * person is in one set of groups, so any groups picked are added up without counting anybody twice, from as many rows as
 * there are sets instead of users.
 *
 * Filled day by day: one statement over years of thousands of users would run into the time-out of statements.
 */
export class CostsByMembership1764000800000 implements MigrationInterface {
  name = 'CostsByMembership1764000800000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(TABLE);
    const days: { cluster: string; day: string }[] = await queryRunner.query(
      `SELECT cluster, day::text FROM allocation_days ORDER BY cluster, day`,
    );
    for (const planner of PLANNER_KNOWS_NO_COUNTS) await queryRunner.query(`SET LOCAL ${planner} = off`);
    for (const { cluster, day } of days) await queryRunner.query(FILL_DAY, [cluster, day]);
    for (const planner of PLANNER_KNOWS_NO_COUNTS) await queryRunner.query(`SET LOCAL ${planner} = on`);
    for (const statement of [...STATISTICS, ...VIEWS, GRANT]) await queryRunner.query(statement);
    await describeViews(queryRunner, COMMENTS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP STATISTICS user_costs_users, user_usage_users`);
    await queryRunner.query(`DROP FUNCTION reporting.member_usage`);
    await queryRunner.query(
      `DROP VIEW reporting.daily_membership_costs, reporting.daily_usage, reporting.weekly_member_usage`,
    );
    await queryRunner.query(`DROP TABLE membership_costs`);
  }
}

const TABLE = `
  CREATE TABLE membership_costs (
    cluster    text COLLATE "C" NOT NULL,
    day        date NOT NULL,
    hub        text COLLATE "C" NOT NULL,
    component  text COLLATE "C" NOT NULL,
    usergroups text[] COLLATE "C" NOT NULL,
    direct_usd numeric(20,10) NOT NULL,
    shared_usd numeric(20,10) NOT NULL,
    PRIMARY KEY (cluster, day, hub, component, usergroups)
  )`;

/** Without statistics it expects one user a day and compares everybody with everybody: hashes are left to it. */
const PLANNER_KNOWS_NO_COUNTS = ['enable_nestloop', 'enable_mergejoin'];

/** $1 cluster, $2 day. */
const FILL_DAY = `
  INSERT INTO membership_costs (cluster, day, hub, component, usergroups, direct_usd, shared_usd)
  SELECT $1, $2::date, hub, component,
    coalesce(usergroups, ARRAY[CASE WHEN EXISTS (
        SELECT FROM usage_days
        WHERE cluster = $1 AND day = $2::date AND dataset = 'memberships' AND status IN ('provisional', 'final')
      ) THEN 'none' ELSE 'unknown' END]) AS its_groups,
    sum(direct_usd), sum(shared_usd)
  FROM user_costs LEFT JOIN (
    SELECT hub, username, array_agg(coalesce(usergroup, 'none') ORDER BY usergroup) AS usergroups
    FROM group_memberships
    WHERE cluster = $1 AND day = $2::date
    GROUP BY hub, username
  ) AS membership USING (hub, username)
  WHERE cluster = $1 AND day = $2::date AND username IS NOT NULL
  GROUP BY hub, component, its_groups
  ORDER BY hub, component, its_groups`;

/**
 * How many users there are on how many days: without it the planner expects a hash of them to collide, and sorts both sides
 * of a join with their memberships instead, twice as slowly. PostgreSQL 18 and later use it for that.
 */
const STATISTICS = [
  `CREATE STATISTICS user_costs_users (ndistinct) ON day, hub, username FROM user_costs`,
  `CREATE STATISTICS user_usage_users (ndistinct) ON day, hub, username FROM user_usage`,
];

/** Days of the range that are in none of the weeks that are summed and wholly in the range. */
const DAYS_OUTSIDE_WEEKS = `ARRAY(
         SELECT first_day + n FROM generate_series(0, last_day - first_day) AS n
         WHERE NOT EXISTS (SELECT FROM reporting.summed_weeks AS s
           WHERE s.cluster = in_cluster AND s.week BETWEEN first_day AND last_day - 6
             AND s.week = first_day + n + 1 - extract(isodow FROM first_day + n)::integer))`;

/**
 * Plain SQL over views alone, as `user_sums`: the planner puts the query in the place of the call. It reads usage without
 * the shares of `daily_user_usage`, behind whose windows the planner sees no statistics.
 */
const VIEWS = [
  `CREATE VIEW reporting.daily_membership_costs AS
   SELECT cluster, day, hub, component, usergroups, direct_usd, shared_usd FROM membership_costs`,
  `CREATE VIEW reporting.daily_usage AS
   SELECT cluster, day, hub, username, component, byte_seconds FROM user_usage`,
  `CREATE VIEW reporting.weekly_member_usage AS
   SELECT cluster, week, hub, username, component, usergroups, byte_seconds, usage_days
   FROM user_weeks
   WHERE usage_days > 0`,
  `CREATE FUNCTION reporting.member_usage(in_cluster text, first_day date, last_day date)
   RETURNS TABLE (hub text, username text, component text, usergroups text[], byte_seconds numeric, usage_days bigint)
   LANGUAGE sql STABLE PARALLEL SAFE
   BEGIN ATOMIC
     SELECT w.hub, w.username, w.component, w.usergroups, sum(w.byte_seconds), sum(w.usage_days)::bigint
     FROM reporting.weekly_member_usage AS w
     WHERE w.cluster = in_cluster AND w.week = ANY (ARRAY(
       SELECT s.week FROM reporting.summed_weeks AS s
       WHERE s.cluster = in_cluster AND s.week BETWEEN first_day AND last_day - 6))
     GROUP BY w.hub, w.username, w.component, w.usergroups
     UNION ALL
     SELECT u.hub, u.username, u.component,
       coalesce(m.usergroups, ARRAY[CASE WHEN d.status IN ('provisional', 'final') THEN 'none' ELSE 'unknown' END]),
       sum(u.byte_seconds), count(*)
     FROM reporting.daily_usage AS u
     LEFT JOIN (
       SELECT day, hub, username, usergroups
       FROM reporting.daily_memberships
       WHERE cluster = in_cluster AND day = ANY (${DAYS_OUTSIDE_WEEKS})
     ) AS m ON m.day = u.day AND m.hub = u.hub AND m.username = u.username
     LEFT JOIN reporting.usage_days AS d ON d.cluster = in_cluster AND d.day = u.day AND d.dataset = 'memberships'
     WHERE u.cluster = in_cluster AND u.day = ANY (${DAYS_OUTSIDE_WEEKS})
     GROUP BY 1, 2, 3, 4;
   END`,
  `COMMENT ON FUNCTION reporting.member_usage IS
     'What users used over a range of days, both ends included, by the set of groups they were in; a user and set may come in two rows, to be added up'`,
];

const GRANT = `
  DO $$
  BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jupyterhub_costs_sync') THEN
      GRANT SELECT, INSERT, UPDATE, DELETE ON membership_costs TO jupyterhub_costs_sync;
    END IF;
  END $$`;

const CLUSTER = 'Name of the cluster';
const COMPONENT = 'Component: a group of AWS services';

const COMMENTS = {
  daily_membership_costs: {
    view: 'Cost per day, hub, component and set of groups, each user in one set: sums over sets count nobody twice',
    columns: {
      cluster: CLUSTER,
      day: 'UTC calendar day',
      hub: 'Hub where the users were active',
      component: COMPONENT,
      usergroups:
        'Their groups that day, in order; {none}: in no group, {unknown}: memberships of the day were not read',
      direct_usd: "The users' parts of the cost tagged with their hub (USD)",
      shared_usd: "The users' parts of the cost that belongs to all hubs (USD)",
    },
  },
  daily_usage: {
    view: 'Usage per day, hub, user and component, without the shares of daily_user_usage: quicker over many users',
    columns: {
      cluster: CLUSTER,
      day: 'UTC calendar day',
      hub: 'Hub where the user was active',
      username: 'User',
      component: 'compute: memory requested; home storage: size of the home directory',
      byte_seconds: 'Memory or storage held, integrated over the day (byte-seconds)',
    },
  },
  weekly_member_usage: {
    view: 'Usage per week, hub, user, component and set of groups; not of every week, see summed_weeks',
    columns: {
      cluster: CLUSTER,
      week: 'Monday of the week; days are UTC calendar days',
      hub: 'Hub where the user was active',
      username: 'User',
      component: 'compute: memory requested; home storage: size of the home directory',
      usergroups: 'Their groups, in order; {none}: in no group, {unknown}: memberships of the days were not read',
      byte_seconds: 'Memory or storage held, integrated over the days (byte-seconds)',
      usage_days: 'On how many days the user had usage',
    },
  },
} as const;
