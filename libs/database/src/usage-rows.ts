import type { DatasetReading, GroupMembership, UserUsage } from '#libs/domain';
import type { QueryRunner } from 'typeorm';
import { affectedRows } from './affected-rows.js';
import type { RunId } from './sync-records.js';

/**
 * Rows travel as one array per column: a statement has a fixed number of parameters, however many users a day has. Where
 * nothing is stored there is nothing to compare with: inserting alone takes two thirds of the time.
 */

interface Destination {
  readonly cluster: string;
  readonly run: RunId;
}

/** Makes the stored usage of the reading's day and component equal to it; returns the rows written. */
export async function replaceUserUsage(
  queryRunner: QueryRunner,
  to: Destination,
  reading: DatasetReading<UserUsage>,
): Promise<number> {
  const parameters = [
    to.cluster,
    reading.day,
    to.run,
    reading.dataset,
    reading.rows.map((row) => row.hub),
    reading.rows.map((row) => row.username),
    reading.rows.map((row) => row.byteSeconds.toString()),
  ];
  const [stored]: { exists: boolean }[] = await queryRunner.query(
    `SELECT EXISTS (SELECT FROM user_usage WHERE cluster = $1 AND day = $2 AND component = $3)`,
    [to.cluster, reading.day, reading.dataset],
  );
  if (!stored!.exists) return affectedRows(queryRunner, INSERT_USER_USAGE, parameters);
  const [counts]: { written: string }[] = await queryRunner.query(REPLACE_USER_USAGE, parameters);
  return Number(counts!.written);
}

/** Usage of the same person in the same hub (two namespaces may be one hub) is summed. */
const INCOMING_USER_USAGE = `
  SELECT hub COLLATE "C" AS hub, username COLLATE "C" AS username, sum(byte_seconds) AS byte_seconds
  FROM unnest($5::text[], $6::text[], $7::numeric[]) AS offered (hub, username, byte_seconds)
  GROUP BY 1, 2`;

/** In the order of the key, which is then filled page by page. */
const INSERT_USER_USAGE = `
  INSERT INTO user_usage (cluster, day, component, hub, username, byte_seconds, run_id)
  SELECT $1, $2::date, $4, hub, username, byte_seconds, $3::bigint FROM (${INCOMING_USER_USAGE}) incoming
  ORDER BY hub, username`;

/**
 * Stored rows are found again by their place: joined by key, a plan made before the table has statistics compares every
 * row with every other.
 */
const REPLACE_USER_USAGE = `
  WITH incoming AS (${INCOMING_USER_USAGE}),
  stored AS (
    SELECT hub, username, byte_seconds, ctid AS place
    FROM user_usage WHERE cluster = $1 AND day = $2 AND component = $4
  ),
  difference AS MATERIALIZED (
    SELECT hub, username, incoming.byte_seconds, place
    FROM stored FULL JOIN incoming USING (hub, username)
    WHERE stored.byte_seconds IS DISTINCT FROM incoming.byte_seconds
  ),
  vanished AS (
    DELETE FROM user_usage
    WHERE ctid = ANY (ARRAY(SELECT place FROM difference WHERE byte_seconds IS NULL))
    RETURNING 1
  ),
  changed AS (
    UPDATE user_usage SET byte_seconds = difference.byte_seconds, run_id = $3
    FROM difference
    WHERE user_usage.ctid = difference.place AND difference.byte_seconds IS NOT NULL
    RETURNING 1
  ),
  added AS (
    INSERT INTO user_usage (cluster, day, component, hub, username, byte_seconds, run_id)
    SELECT $1, $2, $4, hub, username, byte_seconds, $3 FROM difference WHERE place IS NULL
    ORDER BY hub, username
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM vanished) + (SELECT count(*) FROM changed) + (SELECT count(*) FROM added) AS written`;

/** Makes the stored memberships of the reading's day equal to it; returns the rows written. */
export async function replaceMemberships(
  queryRunner: QueryRunner,
  to: Destination,
  reading: DatasetReading<GroupMembership>,
): Promise<number> {
  const parameters = [
    to.cluster,
    reading.day,
    to.run,
    reading.rows.map((row) => row.hub),
    reading.rows.map((row) => row.username),
    reading.rows.map((row) => row.usergroup),
    reading.rows.map((row) => row.usernameEscaped),
  ];
  const [stored]: { exists: boolean }[] = await queryRunner.query(
    `SELECT EXISTS (SELECT FROM group_memberships WHERE cluster = $1 AND day = $2)`,
    [to.cluster, reading.day],
  );
  if (!stored!.exists) return affectedRows(queryRunner, INSERT_MEMBERSHIPS, parameters);
  const [counts]: { written: string }[] = await queryRunner.query(REPLACE_MEMBERSHIPS, parameters);
  return Number(counts!.written);
}

/**
 * The same person and group may be offered under two escapings: one of them is kept, always the same. No group is NULL,
 * which equals nothing in a join: the key is whether there is a group, and which.
 */
const INCOMING_MEMBERSHIPS = `
  SELECT hub COLLATE "C" AS hub, username COLLATE "C" AS username, usergroup IS NOT NULL AS has_group,
    coalesce(usergroup, '') COLLATE "C" AS group_name, min(username_escaped COLLATE "C") AS username_escaped
  FROM unnest($4::text[], $5::text[], $6::text[], $7::text[]) AS offered (hub, username, usergroup, username_escaped)
  GROUP BY 1, 2, 3, 4`;

const INSERT_MEMBERSHIPS = `
  INSERT INTO group_memberships (cluster, day, hub, username, usergroup, username_escaped, run_id)
  SELECT $1, $2::date, hub, username, CASE WHEN has_group THEN group_name END, username_escaped, $3::bigint
  FROM (${INCOMING_MEMBERSHIPS}) incoming
  ORDER BY hub, username, group_name`;

const REPLACE_MEMBERSHIPS = `
  WITH incoming AS (${INCOMING_MEMBERSHIPS}),
  stored AS (
    SELECT hub, username, usergroup IS NOT NULL AS has_group, coalesce(usergroup, '') AS group_name, username_escaped,
      ctid AS place
    FROM group_memberships WHERE cluster = $1 AND day = $2
  ),
  difference AS MATERIALIZED (
    SELECT hub, username, has_group, group_name, incoming.username_escaped, place
    FROM stored FULL JOIN incoming USING (hub, username, has_group, group_name)
    WHERE stored.username_escaped IS DISTINCT FROM incoming.username_escaped
  ),
  vanished AS (
    DELETE FROM group_memberships
    WHERE ctid = ANY (ARRAY(SELECT place FROM difference WHERE username_escaped IS NULL))
    RETURNING 1
  ),
  changed AS (
    UPDATE group_memberships SET username_escaped = difference.username_escaped, run_id = $3
    FROM difference
    WHERE group_memberships.ctid = difference.place AND difference.username_escaped IS NOT NULL
    RETURNING 1
  ),
  added AS (
    INSERT INTO group_memberships (cluster, day, hub, username, usergroup, username_escaped, run_id)
    SELECT $1, $2, hub, username, CASE WHEN has_group THEN group_name END, username_escaped, $3
    FROM difference WHERE place IS NULL
    ORDER BY hub, username, group_name
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM vanished) + (SELECT count(*) FROM changed) + (SELECT count(*) FROM added) AS written`;
