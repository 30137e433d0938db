import type { Day } from '#libs/domain';
import type { QueryRunner } from 'typeorm';

/**
 * Sums of user costs, kept so that readers need not add hundreds of thousands of rows. They hold no figure of their own:
 * each can be made again from user_costs, user_usage, group_memberships and usage_days.
 */

/** Makes the day's costs of all users together and of nobody, from its user costs, in the caller's transaction. */
export async function deriveAllocatedCosts(queryRunner: QueryRunner, cluster: string, day: Day): Promise<void> {
  await queryRunner.query(`DELETE FROM allocated_costs WHERE cluster = $1 AND day = $2`, [cluster, day]);
  await queryRunner.query(INSERT_ALLOCATED_COSTS, [cluster, day]);
}

/**
 * Makes the day's costs of groups and of sets of groups from its user costs and memberships, in the caller's transaction.
 * To be called whenever either of them changed, or whether memberships were read: without any, people are in group
 * `unknown`, not `none`.
 */
export async function deriveGroupCosts(queryRunner: QueryRunner, cluster: string, day: Day): Promise<void> {
  await queryRunner.query(HASH_ONLY);
  await queryRunner.query(`DELETE FROM group_costs WHERE cluster = $1 AND day = $2`, [cluster, day]);
  await queryRunner.query(`DELETE FROM membership_costs WHERE cluster = $1 AND day = $2`, [cluster, day]);
  await queryRunner.query(INSERT_GROUP_COSTS, [cluster, day]);
}

/**
 * Takes the day's week out of the summed ones, in the caller's transaction: readers add up its days instead. To be called
 * whenever the day's user costs, usage or memberships changed, or whether memberships were read.
 */
export async function forgetWeekOf(queryRunner: QueryRunner, cluster: string, day: Day): Promise<void> {
  await queryRunner.query(FORGET_WEEK, [cluster, day]);
}

/**
 * Sums the weeks that are not summed yet, all but the newest, of which days are still to come. Each in a transaction of its
 * own: what is done stays when the process ends, and a week is there whole or not at all.
 */
export async function sumWeeks(queryRunner: QueryRunner, cluster: string): Promise<void> {
  const weeks: { week: string }[] = await queryRunner.query(LIST_UNSUMMED_WEEKS, [cluster]);
  for (const { week } of weeks) {
    await queryRunner.manager.transaction(async () => {
      await queryRunner.query(HASH_ONLY);
      await queryRunner.query(SUM_WEEK, [cluster, week]);
    });
  }
}

/**
 * The planner expects one user on a day that it has no statistics of, and would compare all costs of a hub with all of
 * its memberships: a thousand times slower. That leaves it hashes, to join and to sum.
 */
const HASH_ONLY = `SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_sort = off`;

/** $1 cluster, $2 day. */
const INSERT_ALLOCATED_COSTS = `
  INSERT INTO allocated_costs (cluster, day, hub, component, borne_by, direct_usd, shared_usd)
  SELECT $1, $2::date, hub, component, CASE WHEN username IS NULL THEN 'nobody' ELSE 'users' END AS borne_by,
    sum(direct_usd), sum(shared_usd)
  FROM user_costs
  WHERE cluster = $1 AND day = $2::date
  GROUP BY hub, component, username IS NULL`;

/**
 * What each set of groups cost together, and from the same costs each group: the whole cost in each of a person's groups,
 * and the cost divided evenly among them by rounding running parts, as reporting.daily_user_group_costs does, so that a
 * person's parts add up to their cost to the last digit. $1 cluster, $2 day.
 */
const INSERT_GROUP_COSTS = `
  WITH membership AS MATERIALIZED (
    SELECT hub, username, array_agg(coalesce(usergroup, 'none') ORDER BY usergroup) AS usergroups
    FROM group_memberships
    WHERE cluster = $1 AND day = $2::date
    GROUP BY hub, username
  ),
  cost AS MATERIALIZED (
    SELECT hub, component, direct_usd, shared_usd,
      coalesce(usergroups, ARRAY[CASE WHEN EXISTS (
          SELECT FROM usage_days
          WHERE cluster = $1 AND day = $2::date AND dataset = 'memberships' AND status IN ('provisional', 'final')
        ) THEN 'none' ELSE 'unknown' END]) AS its_groups
    FROM user_costs LEFT JOIN membership USING (hub, username)
    WHERE cluster = $1 AND day = $2::date AND username IS NOT NULL
  ),
  sets AS (
    INSERT INTO membership_costs (cluster, day, hub, component, usergroups, direct_usd, shared_usd)
    SELECT $1, $2::date, hub, component, its_groups, sum(direct_usd), sum(shared_usd)
    FROM cost
    GROUP BY hub, component, its_groups
  )
  INSERT INTO group_costs (cluster, day, hub, component, usergroup, full_usd, split_usd)
  SELECT $1, $2::date, hub, component, usergroup,
    sum(amount_usd),
    sum(CASE WHEN group_count > 1
      THEN round(amount_usd * group_position / group_count, 10) - round(amount_usd * (group_position - 1) / group_count, 10)
      ELSE amount_usd END)
  FROM (
    SELECT hub, component, its_groups, direct_usd + shared_usd AS amount_usd, cardinality(its_groups) AS group_count
    FROM cost
  ) AS of_users
  CROSS JOIN LATERAL unnest(its_groups) WITH ORDINALITY AS one (usergroup, group_position)
  GROUP BY hub, component, usergroup`;

/** Weeks with a day that was allocated or has usage, and that ended before the newest allocated day. $1 cluster. */
const LIST_UNSUMMED_WEEKS = `
  SELECT week::text
  FROM (
    SELECT date_trunc('week', day::timestamp)::date AS week FROM allocation_days WHERE cluster = $1
    UNION
    SELECT date_trunc('week', day::timestamp)::date FROM usage_days WHERE cluster = $1
    EXCEPT
    SELECT week FROM summed_weeks WHERE cluster = $1
  ) weeks
  WHERE week + 6 < (SELECT max(day) FROM allocation_days WHERE cluster = $1)
  ORDER BY week`;

/** $1 cluster, $2 a day of the week. */
const FORGET_WEEK = `
  WITH forgotten AS (
    DELETE FROM summed_weeks
    WHERE cluster = $1 AND week = date_trunc('week', $2::date::timestamp)::date
    RETURNING week
  ),
  users AS (DELETE FROM user_weeks WHERE cluster = $1 AND week IN (SELECT week FROM forgotten))
  DELETE FROM membership_weeks WHERE cluster = $1 AND week IN (SELECT week FROM forgotten)`;

/**
 * Whom no membership names is in group `none`, or in `unknown` where memberships of the day were not read, as in
 * reporting.daily_user_group_costs. Summed first and sorted then: the days are many times as many. $1 cluster, $2 the
 * week's Monday.
 */
const SUM_WEEK = `
  WITH summed AS (INSERT INTO summed_weeks (cluster, week) VALUES ($1, $2::date)),
  membership AS MATERIALIZED (
    SELECT day, hub, username, array_agg(coalesce(usergroup, 'none') ORDER BY usergroup) AS usergroups
    FROM group_memberships
    WHERE cluster = $1 AND day BETWEEN $2::date AND $2::date + 6
    GROUP BY day, hub, username
  ),
  counted AS (
    INSERT INTO membership_weeks (cluster, week, hub, username, usergroups, first_day, last_day, days)
    SELECT $1, $2::date, hub, username, usergroups, min(day), max(day), count(*)
    FROM membership
    GROUP BY hub, username, usergroups
    ORDER BY hub, username, usergroups
  ),
  read AS (
    SELECT day FROM usage_days
    WHERE cluster = $1 AND dataset = 'memberships' AND status IN ('provisional', 'final')
  ),
  days AS (
    SELECT day, hub, username, component, direct_usd, shared_usd, 1 AS cost_days, 0 AS byte_seconds, 0 AS usage_days
    FROM user_costs
    WHERE cluster = $1 AND day BETWEEN $2::date AND $2::date + 6 AND username IS NOT NULL
    UNION ALL
    SELECT day, hub, username, component, 0, 0, 0, byte_seconds, 1
    FROM user_usage
    WHERE cluster = $1 AND day BETWEEN $2::date AND $2::date + 6
  ),
  sums AS MATERIALIZED (
    SELECT hub, username, component,
      coalesce(usergroups, ARRAY[CASE WHEN read.day IS NULL THEN 'unknown' ELSE 'none' END]) AS its_groups,
      sum(direct_usd) AS direct_usd, sum(shared_usd) AS shared_usd, sum(cost_days) AS cost_days,
      sum(byte_seconds) AS byte_seconds, sum(usage_days) AS usage_days
    FROM days LEFT JOIN membership USING (day, hub, username) LEFT JOIN read USING (day)
    GROUP BY hub, username, component, its_groups
  )
  INSERT INTO user_weeks
    (cluster, week, hub, username, component, usergroups, direct_usd, shared_usd, cost_days, byte_seconds, usage_days)
  SELECT $1, $2::date, hub, username, component, its_groups, direct_usd, shared_usd, cost_days, byte_seconds, usage_days
  FROM sums
  ORDER BY hub, component, username, its_groups`;
