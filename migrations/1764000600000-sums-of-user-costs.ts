import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeViews } from './describe-views.js';

/**
 * Sums of what users cost, so that a panel over months and thousands of users reads thousands of rows instead of
 * hundreds of thousands.
 *
 * `allocated_costs` and `group_costs` are written in the transaction that allocates a day or changes its memberships.
 * `user_weeks` holds the weeks (from Monday) named in `summed_weeks`: replacing one of its days takes the week out of
 * both in the same transaction, and the end of a run sums it again. Until then its days are read instead, so that sums
 * over a range are the same with and without.
 */
export class SumsOfUserCosts1764000600000 implements MigrationInterface {
  name = 'SumsOfUserCosts1764000600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...FILL, ...VIEWS, GRANT]) await queryRunner.query(statement);
    await describeViews(queryRunner, COMMENTS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP FUNCTION reporting.user_sums`);
    await queryRunner.query(`
      CREATE OR REPLACE VIEW reporting.daily_group_costs AS
      SELECT cluster, day, hub, component, usergroup, sum(full_usd) AS full_usd, sum(split_usd) AS split_usd
      FROM reporting.daily_user_group_costs
      GROUP BY cluster, day, hub, component, usergroup`);
    await queryRunner.query(
      `DROP VIEW reporting.daily_allocated_costs, reporting.weekly_user_sums, reporting.summed_weeks`,
    );
    await queryRunner.query(`DROP TABLE allocated_costs, group_costs, user_weeks, summed_weeks`);
  }
}

const TABLES = [
  `CREATE TABLE allocated_costs (
     cluster    text COLLATE "C" NOT NULL,
     day        date NOT NULL,
     hub        text COLLATE "C" NOT NULL,
     component  text COLLATE "C" NOT NULL,
     borne_by   text COLLATE "C" NOT NULL CONSTRAINT allocated_costs_borne_by CHECK (borne_by IN ('users', 'nobody')),
     direct_usd numeric(20,10) NOT NULL,
     shared_usd numeric(20,10) NOT NULL,
     PRIMARY KEY (cluster, day, hub, component, borne_by)
   )`,
  `CREATE TABLE group_costs (
     cluster   text COLLATE "C" NOT NULL,
     day       date NOT NULL,
     hub       text COLLATE "C" NOT NULL,
     component text COLLATE "C" NOT NULL,
     usergroup text COLLATE "C" NOT NULL,
     full_usd  numeric(20,10) NOT NULL,
     split_usd numeric(20,10) NOT NULL,
     PRIMARY KEY (cluster, day, hub, component, usergroup)
   )`,
  `CREATE TABLE summed_weeks (
     cluster text COLLATE "C" NOT NULL,
     week    date NOT NULL CONSTRAINT summed_weeks_monday CHECK (extract(isodow FROM week) = 1),
     PRIMARY KEY (cluster, week)
   )`,
  `CREATE TABLE user_weeks (
     cluster      text COLLATE "C" NOT NULL,
     week         date NOT NULL,
     hub          text COLLATE "C" NOT NULL,
     username     text COLLATE "C" NOT NULL,
     component    text COLLATE "C" NOT NULL,
     direct_usd   numeric(20,10) NOT NULL,
     shared_usd   numeric(20,10) NOT NULL,
     cost_days    smallint NOT NULL,
     byte_seconds numeric(30,0) NOT NULL,
     usage_days   smallint NOT NULL,
     PRIMARY KEY (cluster, week, hub, component, username)
   )`,
];

const FILL = [
  `INSERT INTO allocated_costs (cluster, day, hub, component, borne_by, direct_usd, shared_usd)
   SELECT cluster, day, hub, component, CASE WHEN username IS NULL THEN 'nobody' ELSE 'users' END,
     sum(direct_usd), sum(shared_usd)
   FROM user_costs
   GROUP BY 1, 2, 3, 4, 5
   ORDER BY 1, 2, 3, 4, 5`,
  `INSERT INTO group_costs (cluster, day, hub, component, usergroup, full_usd, split_usd)
   SELECT cluster, day, hub, component, usergroup, sum(full_usd), sum(split_usd)
   FROM reporting.daily_user_group_costs
   GROUP BY cluster, day, hub, component, usergroup
   ORDER BY cluster, day, hub, component, usergroup`,
  // The newest week is left: a day may be missing from it.
  `INSERT INTO summed_weeks (cluster, week)
   SELECT cluster, week
   FROM (SELECT cluster, day - extract(isodow FROM day)::integer + 1 AS week FROM usage_days
         UNION SELECT cluster, day - extract(isodow FROM day)::integer + 1 FROM allocation_days) AS weeks
   WHERE week < (SELECT max(newest.day) - 6 FROM allocation_days AS newest WHERE newest.cluster = weeks.cluster)
   ORDER BY cluster, week`,
  `INSERT INTO user_weeks
     (cluster, week, hub, username, component, direct_usd, shared_usd, cost_days, byte_seconds, usage_days)
   SELECT cluster, week, hub, username, component,
     sum(direct_usd), sum(shared_usd), sum(cost_days), sum(byte_seconds), sum(usage_days)
   FROM summed_weeks CROSS JOIN LATERAL (
     SELECT hub, username, component, direct_usd, shared_usd, 1 AS cost_days, 0 AS byte_seconds, 0 AS usage_days
     FROM user_costs
     WHERE cluster = summed_weeks.cluster AND day BETWEEN week AND week + 6 AND username IS NOT NULL
     UNION ALL
     SELECT hub, username, component, 0, 0, 0, byte_seconds, 1
     FROM user_usage
     WHERE cluster = summed_weeks.cluster AND day BETWEEN week AND week + 6
   ) AS days
   GROUP BY cluster, week, hub, username, component
   ORDER BY cluster, week, hub, component, username`,
];

/** Days of the range that are in none of the weeks that are summed and wholly in the range. */
const DAYS_OUTSIDE_WEEKS = `ARRAY(
         SELECT first_day + n FROM generate_series(0, last_day - first_day) AS n
         WHERE NOT EXISTS (SELECT FROM reporting.summed_weeks AS s
           WHERE s.cluster = in_cluster AND s.week BETWEEN first_day AND last_day - 6
             AND s.week = first_day + n + 1 - extract(isodow FROM first_day + n)::integer))`;

/**
 * The function is plain SQL, so that the planner puts its query in the place of its call: a condition on hub, component
 * or user reaches the tables. It reads views alone, as its caller may. Weeks and days are summed apart, where the planner
 * knows how many users there are: it would rather sort all rows than make the sums of an unknown number in memory.
 */
const VIEWS = [
  `CREATE VIEW reporting.daily_allocated_costs AS
   SELECT cluster, day, hub, component, borne_by, direct_usd, shared_usd, direct_usd + shared_usd AS amount_usd
   FROM allocated_costs`,
  `CREATE OR REPLACE VIEW reporting.daily_group_costs AS
   SELECT cluster, day, hub, component, usergroup, full_usd::numeric AS full_usd, split_usd::numeric AS split_usd
   FROM group_costs`,
  `CREATE VIEW reporting.summed_weeks AS SELECT cluster, week FROM summed_weeks`,
  `CREATE VIEW reporting.weekly_user_sums AS
   SELECT cluster, week, hub, username, component, direct_usd, shared_usd, cost_days, byte_seconds, usage_days
   FROM user_weeks`,
  `CREATE FUNCTION reporting.user_sums(in_cluster text, first_day date, last_day date)
   RETURNS TABLE (hub text, username text, component text, direct_usd numeric, shared_usd numeric, cost_days bigint,
     byte_seconds numeric, usage_days bigint)
   LANGUAGE sql STABLE PARALLEL SAFE
   BEGIN ATOMIC
     SELECT part.hub, part.username, part.component, sum(part.direct_usd), sum(part.shared_usd),
       sum(part.cost_days)::bigint, sum(part.byte_seconds), sum(part.usage_days)::bigint
     FROM (
       SELECT w.hub, w.username, w.component, sum(w.direct_usd) AS direct_usd, sum(w.shared_usd) AS shared_usd,
         sum(w.cost_days) AS cost_days, sum(w.byte_seconds) AS byte_seconds, sum(w.usage_days) AS usage_days
       FROM reporting.weekly_user_sums AS w
       WHERE w.cluster = in_cluster AND w.week = ANY (ARRAY(
         SELECT s.week FROM reporting.summed_weeks AS s
         WHERE s.cluster = in_cluster AND s.week BETWEEN first_day AND last_day - 6))
       GROUP BY w.hub, w.username, w.component
       UNION ALL
       SELECT c.hub, c.username, c.component, sum(c.direct_usd), sum(c.shared_usd), count(*), 0, 0
       FROM reporting.daily_user_costs AS c
       WHERE c.cluster = in_cluster AND c.username IS NOT NULL AND c.day = ANY (${DAYS_OUTSIDE_WEEKS})
       GROUP BY c.hub, c.username, c.component
       UNION ALL
       SELECT u.hub, u.username, u.component, 0, 0, 0, sum(u.byte_seconds), count(*)
       FROM reporting.daily_user_usage AS u
       WHERE u.cluster = in_cluster AND u.day = ANY (${DAYS_OUTSIDE_WEEKS})
       GROUP BY u.hub, u.username, u.component
     ) AS part
     GROUP BY part.hub, part.username, part.component;
   END`,
  `COMMENT ON FUNCTION reporting.user_sums IS
     'Cost and usage of each user, hub and component over a range of days, both ends included: sums of daily_user_costs and daily_user_usage, read by the week where that is possible'`,
];

const GRANT = `
  DO $$
  BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jupyterhub_costs_sync') THEN
      GRANT SELECT, INSERT, UPDATE, DELETE ON allocated_costs, group_costs, summed_weeks, user_weeks
        TO jupyterhub_costs_sync;
    END IF;
  END $$`;

const CLUSTER = 'Name of the cluster';
const COMPONENT = 'Component: a group of AWS services';

const COMMENTS = {
  daily_allocated_costs: {
    view: 'Cost per day, hub and component of all users together, and what no user bears; adds up to the attributable total',
    columns: {
      cluster: CLUSTER,
      day: 'UTC calendar day',
      hub: 'Hub where the users were active; of what no user bears, the hub that the cost is tagged with',
      component: COMPONENT,
      borne_by: "'users', or 'nobody': idle, excluded hubs, components that users do not share",
      direct_usd: 'Parts of the cost tagged with a hub (USD)',
      shared_usd: 'Parts of the cost that belongs to all hubs (USD)',
      amount_usd: 'direct_usd + shared_usd (USD)',
    },
  },
  summed_weeks: {
    view: 'The weeks that weekly_user_sums has; of any other week, read the days',
    columns: { cluster: CLUSTER, week: 'Its Monday' },
  },
  weekly_user_sums: {
    view: 'Cost and usage per week, hub, user and component; not of every week, see summed_weeks',
    columns: {
      cluster: CLUSTER,
      week: 'Monday of the week; days are UTC calendar days',
      hub: 'Hub where the user was active',
      username: 'User',
      component: COMPONENT,
      direct_usd: "The user's parts of the cost tagged with their hub (USD)",
      shared_usd: "The user's parts of the cost that belongs to all hubs (USD)",
      cost_days: 'On how many days the user bore cost',
      byte_seconds: 'Memory or storage held, integrated over the week (byte-seconds)',
      usage_days: 'On how many days the user had usage',
    },
  },
} as const;
