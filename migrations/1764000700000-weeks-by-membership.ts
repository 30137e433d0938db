import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeViews, type ViewComment } from './describe-views.js';

/**
 * Weeks of users by the groups they were in, so that a panel on members over months reads thousands of rows instead of
 * joining each person's cost of each day with their groups of that day. In `user_weeks` a person whose groups changed
 * within the week has a row for each set of groups; `membership_weeks` counts the days, with or without cost.
 *
 * The end of the next run sums the weeks anew; until then their days are read, which answers the same. Filling them here
 * would keep the database locked for minutes where there are years of thousands of users.
 */
export class WeeksByMembership1764000700000 implements MigrationInterface {
  name = 'WeeksByMembership1764000700000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...STATISTICS, ...VIEWS, GRANT]) await queryRunner.query(statement);
    await describeViews(queryRunner, COMMENTS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP FUNCTION reporting.member_costs, reporting.membership_sums`);
    await queryRunner.query(
      `DROP VIEW reporting.weekly_member_costs, reporting.weekly_memberships, reporting.daily_memberships`,
    );
    await queryRunner.query(`DROP TABLE membership_weeks`);
    await queryRunner.query(`DROP STATISTICS user_weeks_users`);
    await queryRunner.query(`TRUNCATE user_weeks, summed_weeks`);
    await queryRunner.query(`
      ALTER TABLE user_weeks DROP CONSTRAINT user_weeks_pkey, DROP COLUMN usergroups,
        ADD PRIMARY KEY (cluster, week, hub, component, username)`);
  }
}

/** A set of groups is never empty: it is {none} of who was in no group, {unknown} where memberships were not read. */
const TABLES = [
  `TRUNCATE user_weeks, summed_weeks`,
  `ALTER TABLE user_weeks DROP CONSTRAINT user_weeks_pkey,
     ADD COLUMN usergroups text[] COLLATE "C" NOT NULL,
     ADD PRIMARY KEY (cluster, week, hub, component, username, usergroups)`,
  `CREATE TABLE membership_weeks (
     cluster    text COLLATE "C" NOT NULL,
     week       date NOT NULL,
     hub        text COLLATE "C" NOT NULL,
     username   text COLLATE "C" NOT NULL,
     usergroups text[] COLLATE "C" NOT NULL,
     first_day  date NOT NULL,
     last_day   date NOT NULL,
     days       smallint NOT NULL,
     PRIMARY KEY (cluster, week, hub, username, usergroups)
   )`,
];

/**
 * How many users there are, which is far fewer than hubs times names: without it the planner expects sums that do not
 * fit into memory, and sorts all the rows on disk instead.
 */
const STATISTICS = [
  `CREATE STATISTICS user_weeks_users (ndistinct) ON hub, username, component, usergroups FROM user_weeks`,
  `CREATE STATISTICS membership_weeks_users (ndistinct) ON hub, username, usergroups FROM membership_weeks`,
];

const summedWeeks = (range: string) => `ARRAY(
         SELECT s.week FROM reporting.summed_weeks AS s
         WHERE s.cluster = in_cluster AND s.week BETWEEN ${range}.first_day AND ${range}.last_day - 6)`;

/** Days of the range that are in none of the weeks that are summed and wholly in the range. */
const daysOutsideWeeks = (range: string) => `ARRAY(
         SELECT ${range}.first_day + n FROM generate_series(0, ${range}.last_day - ${range}.first_day) AS n
         WHERE NOT EXISTS (SELECT FROM reporting.summed_weeks AS s
           WHERE s.cluster = in_cluster AND s.week BETWEEN ${range}.first_day AND ${range}.last_day - 6
             AND s.week = ${range}.first_day + n + 1 - extract(isodow FROM ${range}.first_day + n)::integer))`;

/** Plain SQL over views alone, as `user_sums`: the planner puts the query in the place of the call. */
const VIEWS = [
  `CREATE VIEW reporting.daily_memberships AS
   SELECT cluster, day, hub, username, array_agg(coalesce(usergroup, 'none') ORDER BY usergroup) AS usergroups
   FROM group_memberships
   GROUP BY cluster, day, hub, username`,
  `CREATE VIEW reporting.weekly_memberships AS
   SELECT cluster, week, hub, username, usergroups, first_day, last_day, days FROM membership_weeks`,
  `CREATE VIEW reporting.weekly_member_costs AS
   SELECT cluster, week, hub, username, component, usergroups, direct_usd, shared_usd, cost_days
   FROM user_weeks
   WHERE cost_days > 0`,
  `CREATE FUNCTION reporting.membership_sums(in_cluster text, first_day date, last_day date)
   RETURNS TABLE (hub text, username text, usergroups text[], days bigint, first_seen date, last_seen date)
   LANGUAGE sql STABLE PARALLEL SAFE
   BEGIN ATOMIC
     SELECT part.hub, part.username, part.usergroups, sum(part.days)::bigint, min(part.first_day), max(part.last_day)
     FROM (
       SELECT w.hub, w.username, w.usergroups, w.first_day, w.last_day, w.days
       FROM reporting.weekly_memberships AS w
       WHERE w.cluster = in_cluster AND w.week = ANY (${summedWeeks('membership_sums')})
       UNION ALL
       SELECT m.hub, m.username, m.usergroups, m.day, m.day, 1
       FROM reporting.daily_memberships AS m
       WHERE m.cluster = in_cluster AND m.day = ANY (${daysOutsideWeeks('membership_sums')})
     ) AS part
     GROUP BY part.hub, part.username, part.usergroups;
   END`,
  `COMMENT ON FUNCTION reporting.membership_sums IS
     'Who was in which set of groups over a range of days, both ends included: on how many days, and the first and last of them'`,
  `CREATE FUNCTION reporting.member_costs(in_cluster text, first_day date, last_day date)
   RETURNS TABLE (hub text, username text, component text, usergroups text[], direct_usd numeric, shared_usd numeric,
     cost_days bigint)
   LANGUAGE sql STABLE PARALLEL SAFE
   BEGIN ATOMIC
     SELECT w.hub, w.username, w.component, w.usergroups, sum(w.direct_usd), sum(w.shared_usd), sum(w.cost_days)::bigint
     FROM reporting.weekly_member_costs AS w
     WHERE w.cluster = in_cluster AND w.week = ANY (${summedWeeks('member_costs')})
     GROUP BY w.hub, w.username, w.component, w.usergroups
     UNION ALL
     SELECT c.hub, c.username, c.component,
       coalesce(m.usergroups, ARRAY[CASE WHEN d.status IN ('provisional', 'final') THEN 'none' ELSE 'unknown' END]),
       sum(c.direct_usd), sum(c.shared_usd), count(*)
     FROM reporting.daily_user_costs AS c
     LEFT JOIN (
       SELECT day, hub, username, usergroups
       FROM reporting.daily_memberships
       WHERE cluster = in_cluster AND day = ANY (${daysOutsideWeeks('member_costs')})
     ) AS m ON m.day = c.day AND m.hub = c.hub AND m.username = c.username
     LEFT JOIN reporting.usage_days AS d ON d.cluster = in_cluster AND d.day = c.day AND d.dataset = 'memberships'
     WHERE c.cluster = in_cluster AND c.username IS NOT NULL AND c.day = ANY (${daysOutsideWeeks('member_costs')})
     GROUP BY 1, 2, 3, 4;
   END`,
  `COMMENT ON FUNCTION reporting.member_costs IS
     'What users cost over a range of days, both ends included, by the set of groups they were in; a user and set may come in two rows, to be added up'`,
];

const GRANT = `
  DO $$
  BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jupyterhub_costs_sync') THEN
      GRANT SELECT, INSERT, UPDATE, DELETE ON membership_weeks TO jupyterhub_costs_sync;
    END IF;
  END $$`;

const CLUSTER = 'Name of the cluster';
const WEEK = 'Monday of the week; days are UTC calendar days';
const USERGROUPS = 'Their groups, in order; {none}: in no group, {unknown}: memberships of the days were not read';

const COMMENTS: Readonly<Record<string, ViewComment>> = {
  weekly_user_sums: {
    view: "Cost and usage per week, hub, user and component, in parts where the user's groups changed within the week; not of every week, see summed_weeks",
    columns: {},
  },
  summed_weeks: {
    view: 'The weeks that the weekly views have; of any other week, read the days',
    columns: {},
  },
  weekly_member_costs: {
    view: 'Cost per week, hub, user, component and set of groups; not of every week, see summed_weeks',
    columns: {
      cluster: CLUSTER,
      week: WEEK,
      hub: 'Hub where the user was active',
      username: 'User',
      component: 'Component: a group of AWS services',
      usergroups: USERGROUPS,
      direct_usd: "The user's parts of the cost tagged with their hub (USD)",
      shared_usd: "The user's parts of the cost that belongs to all hubs (USD)",
      cost_days: 'On how many days the user bore cost',
    },
  },
  daily_memberships: {
    view: 'The groups of each user of a hub as of each day, as one set',
    columns: {
      cluster: CLUSTER,
      day: 'UTC calendar day',
      hub: 'Hub on which the user is known',
      username: 'User',
      usergroups: 'Their groups, in order; {none}: in no group',
    },
  },
  weekly_memberships: {
    view: 'The groups of each user of a hub per week, as one set; not of every week, see summed_weeks',
    columns: {
      cluster: CLUSTER,
      week: WEEK,
      hub: 'Hub on which the user is known',
      username: 'User',
      usergroups: 'Their groups, in order; {none}: in no group',
      first_day: 'First day of the week with this set',
      last_day: 'Last day of the week with this set',
      days: 'On how many days of the week',
    },
  },
};
