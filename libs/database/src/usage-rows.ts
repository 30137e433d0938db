import type { DatasetReading, GroupMembership, UserUsage } from '#libs/domain';
import type { QueryRunner } from 'typeorm';
import { affectedRows } from './affected-rows.js';
import type { RunId } from './sync-records.js';

/** Rows travel as one array per column: a statement has a fixed number of parameters, however many users a day has. */

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
  const [counts]: { written: string }[] = await queryRunner.query(REPLACE_USER_USAGE, [
    to.cluster,
    reading.day,
    to.run,
    reading.dataset,
    reading.rows.map((row) => row.hub),
    reading.rows.map((row) => row.username),
    reading.rows.map((row) => row.byteSeconds.toString()),
  ]);
  return Number(counts!.written);
}

/** Usage of the same person in the same hub (two namespaces may be one hub) is summed. */
const REPLACE_USER_USAGE = `
  WITH incoming AS (
    SELECT hub, username, sum(byte_seconds) AS byte_seconds
    FROM (
      SELECT hub COLLATE "C" AS hub, username COLLATE "C" AS username, byte_seconds
      FROM unnest($5::text[], $6::text[], $7::numeric[]) AS offered (hub, username, byte_seconds)
    ) offered
    GROUP BY hub, username
  ),
  stored AS (
    SELECT hub, username, byte_seconds FROM user_usage WHERE cluster = $1 AND day = $2 AND component = $4
  ),
  difference AS (
    SELECT hub, username, incoming.byte_seconds
    FROM stored FULL JOIN incoming USING (hub, username)
    WHERE stored.byte_seconds IS DISTINCT FROM incoming.byte_seconds
  ),
  vanished AS (
    DELETE FROM user_usage usage USING difference
    WHERE usage.cluster = $1 AND usage.day = $2 AND usage.component = $4 AND difference.byte_seconds IS NULL
      AND usage.hub = difference.hub AND usage.username = difference.username
    RETURNING 1
  ),
  written AS (
    INSERT INTO user_usage (cluster, day, component, hub, username, byte_seconds, run_id)
    SELECT $1, $2, $4, hub, username, byte_seconds, $3 FROM difference WHERE byte_seconds IS NOT NULL
    ORDER BY hub, username
    ON CONFLICT (cluster, day, component, hub, username)
      DO UPDATE SET byte_seconds = excluded.byte_seconds, run_id = excluded.run_id
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM vanished) + (SELECT count(*) FROM written) AS written`;

/** Makes the stored memberships of the reading's day equal to it; returns the rows written. */
export async function replaceMemberships(
  queryRunner: QueryRunner,
  to: Destination,
  reading: DatasetReading<GroupMembership>,
): Promise<number> {
  const columns = [
    reading.rows.map((row) => row.hub),
    reading.rows.map((row) => row.username),
    reading.rows.map((row) => row.usergroup),
    reading.rows.map((row) => row.usernameEscaped),
  ];
  const removed = await affectedRows(queryRunner, DELETE_OTHER_MEMBERSHIPS, [to.cluster, reading.day, ...columns]);
  const added = await affectedRows(queryRunner, INSERT_NEW_MEMBERSHIPS, [to.cluster, reading.day, ...columns, to.run]);
  return removed + added;
}

/** EXCEPT, since a person without a group has NULL for it, and NULL is never equal in a join. */
const DELETE_OTHER_MEMBERSHIPS = `
  DELETE FROM group_memberships membership
  USING (
    SELECT hub, username, usergroup, username_escaped FROM group_memberships WHERE cluster = $1 AND day = $2
    EXCEPT
    SELECT hub, username, usergroup, min(username_escaped)
    FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) AS offered (hub, username, usergroup, username_escaped)
    GROUP BY hub, username, usergroup
  ) other
  WHERE membership.cluster = $1 AND membership.day = $2 AND membership.hub = other.hub
    AND membership.username = other.username AND membership.usergroup IS NOT DISTINCT FROM other.usergroup`;

/** The same person and group may be offered under two escapings: one of them is kept, always the same. */
const INSERT_NEW_MEMBERSHIPS = `
  INSERT INTO group_memberships (cluster, day, hub, username, usergroup, username_escaped, run_id)
  SELECT $1, $2, hub, username, usergroup, username_escaped, $7
  FROM (
    SELECT hub, username, usergroup, min(username_escaped) AS username_escaped
    FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) AS offered (hub, username, usergroup, username_escaped)
    GROUP BY hub, username, usergroup
    EXCEPT
    SELECT hub, username, usergroup, username_escaped FROM group_memberships WHERE cluster = $1 AND day = $2
  ) new_membership
  ORDER BY hub, username, usergroup`;
