import {
  ALL_HUBS,
  formatQuantity,
  MEMBERSHIPS,
  type DatasetReading,
  type Day,
  type GroupMembership,
  type UserUsage,
} from '#libs/domain';
import { digestOf } from './digest.js';
import { dropMonthRollup } from './month-rollups.js';
import { affectedRows, type RunTransaction } from './run-transaction.js';

/** The rows of a reading as they are stored, a column each: a statement has a fixed number of parameters. */
export interface UsageRows {
  readonly columns: readonly (readonly (string | null)[])[];
  /** Instance types and their node-seconds. */
  readonly capacity: readonly (readonly [string, string])[];
  readonly digest: string;
}

export function rowsOf(reading: DatasetReading): UsageRows {
  const rows =
    reading.dataset === MEMBERSHIPS
      ? membershipRows(reading.rows as readonly GroupMembership[])
      : usageRows(reading.rows as readonly UserUsage[]);
  const capacity = (reading.capacity ?? [])
    .filter(({ nodeSeconds }) => nodeSeconds > 0n)
    .map(({ instanceType, nodeSeconds }) => [instanceType, formatQuantity(nodeSeconds)] as const);
  return {
    columns: [0, 1, 2, 3, 4].map((column) => rows.map((row) => row[column] ?? null)),
    capacity,
    digest: digestOf([...rows, ...capacity]),
  };
}

/** In the order of the key, which is then filled page by page. Usage of one person in two namespaces of a hub is summed. */
function usageRows(rows: readonly UserUsage[]): (string | null)[][] {
  const sums = new Map<string, UserUsage>();
  for (const row of rows) {
    const key = keyOf(row.measure, row.hub, row.username, row.instanceType);
    const quantity = row.quantity + (sums.get(key)?.quantity ?? 0n);
    sums.set(key, { ...row, quantity });
  }
  return inOrder(sums).map(({ measure, hub, username, instanceType, quantity }) => [
    measure,
    hub,
    username,
    instanceType,
    formatQuantity(quantity),
  ]);
}

/** The same person and group may be read under two escapings: one of them is kept, always the same. */
function membershipRows(rows: readonly GroupMembership[]): (string | null)[][] {
  const memberships = new Map<string, GroupMembership>();
  for (const row of rows) {
    const key = keyOf(row.hub, row.username, row.usergroup ?? NO_GROUP);
    const known = memberships.get(key);
    if (known === undefined || row.usernameEscaped < known.usernameEscaped) memberships.set(key, row);
  }
  return inOrder(memberships).map(({ hub, username, usergroup, usernameEscaped }) => [
    hub,
    username,
    usergroup,
    usernameEscaped,
  ]);
}

/** In place of a group's name. */
const NO_GROUP = '\0';

/** No text that PostgreSQL stores has the separator. */
function keyOf(...texts: readonly string[]): string {
  return texts.join('\0');
}

function inOrder<Row>(rows: ReadonlyMap<string, Row>): Row[] {
  return [...rows.keys()].sort().map((key) => rows.get(key)!);
}

/** Deletes what is stored of the reading's day, dataset and hub, and inserts its rows; returns how many. */
export async function replaceRows(
  transaction: RunTransaction,
  { day, dataset, hub, measures, capacity: read }: DatasetReading,
  { columns, capacity }: UsageRows,
  storedMethod: string,
): Promise<number> {
  const { queryRunner, cluster } = transaction;
  const ofHub = hub === ALL_HUBS ? null : hub;
  if (dataset === MEMBERSHIPS) {
    await queryRunner.query(
      `DELETE FROM group_memberships WHERE cluster = $1 AND day = $2 AND ($3::text IS NULL OR hub = $3)`,
      [cluster, day, ofHub],
    );
    return affectedRows(
      transaction,
      `INSERT INTO group_memberships (cluster, day, hub, username, usergroup, username_escaped)
       SELECT $1, $2::date, hub, username, usergroup, username_escaped
       FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) AS read (hub, username, usergroup, username_escaped)`,
      [cluster, day, ...columns.slice(0, 4)],
    );
  }
  await dropMonthRollup(transaction, day);
  if (read) await replaceCapacity(transaction, day, capacity);
  const replaced = [...new Set([...measures, ...storedMethod.split(' ')])];
  await queryRunner.query(
    `DELETE FROM user_usage WHERE cluster = $1 AND day = $2 AND measure = ANY ($3) AND ($4::text IS NULL OR hub = $4)`,
    [cluster, day, replaced, ofHub],
  );
  return affectedRows(
    transaction,
    `INSERT INTO user_usage (cluster, day, measure, hub, username, instance_type, quantity)
     SELECT $1, $2::date, measure, hub, username, instance_type, quantity
     FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[])
       AS read (measure, hub, username, instance_type, quantity)`,
    [cluster, day, ...columns],
  );
}

async function replaceCapacity(
  { queryRunner, cluster }: RunTransaction,
  day: Day,
  capacity: UsageRows['capacity'],
): Promise<void> {
  await queryRunner.query(`DELETE FROM node_capacity WHERE cluster = $1 AND day = $2`, [cluster, day]);
  await queryRunner.query(
    `INSERT INTO node_capacity (cluster, day, instance_type, node_seconds)
     SELECT $1, $2::date, instance_type, node_seconds
     FROM unnest($3::text[], $4::numeric[]) AS read (instance_type, node_seconds)`,
    [cluster, day, capacity.map(([instanceType]) => instanceType), capacity.map(([, nodeSeconds]) => nodeSeconds)],
  );
}
