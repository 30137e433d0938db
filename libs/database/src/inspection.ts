import type { DataSource } from 'typeorm';
import { WRITTEN_TABLES } from './written-tables.js';

/** What a role may do in the database, and what the database is. */
export interface DatabaseInspection {
  /** 150004 is 15.4. */
  readonly serverVersionNumber: number;
  /** Of a primary: nothing can be written here. */
  readonly isStandby: boolean;
  readonly encoding: string;
  readonly role: string;
  readonly superuser: boolean;
  readonly createsRoles: boolean;
  /** Whether the role could migrate: make tables, and the schema `reporting`. */
  readonly mayMigrate: boolean;
  /** Names of the migrations that were applied; undefined: there is no record of them that this role may read. */
  readonly appliedMigrations: readonly string[] | undefined;
  /** Tables of ours whose rows this role may not read and change. */
  readonly unwritableTables: readonly string[];
  /** Of the role that the API is meant to run as; undefined: there is none. */
  readonly apiRole:
    | {
        readonly unreadableViews: readonly string[];
        /** Without those that Citus distributes. */
        readonly readableTables: readonly string[];
      }
    | undefined;
  /** What scripts/distribute.sql has not done yet; undefined: Citus distributes nothing here. */
  readonly distribution:
    | {
        readonly local: readonly string[];
        readonly unreadable: readonly { readonly role: string; readonly name: string }[];
      }
    | undefined;
  /** How far the database's clock is ahead of this machine's, in milliseconds. */
  readonly clockSkewMs: number;
}

export const API_ROLE = 'jupyterhub_costs_api';
export const SYNC_ROLE = 'jupyterhub_costs_sync';

/** Looks at the database as the role that is connected, whether or not it was ever migrated; changes nothing. */
export async function inspectDatabase(dataSource: DataSource): Promise<DatabaseInspection> {
  const sentMs = Date.now();
  const [server]: ServerRow[] = await dataSource.query(SERVER);
  const answeredMs = Date.now();
  const [{ readable }]: [{ readable: boolean }] = await dataSource.query(MIGRATIONS_READABLE);
  const applied: { name: string }[] = readable ? await dataSource.query(`SELECT name FROM migrations ORDER BY id`) : [];
  const unwritable: { name: string }[] = await dataSource.query(UNWRITABLE, [WRITTEN_TABLES]);
  const distributed = await listDistributed(dataSource);
  return {
    ...server!.rights,
    serverVersionNumber: server!.version,
    isStandby: server!.standby,
    encoding: server!.encoding,
    role: server!.role,
    appliedMigrations: readable ? applied.map(({ name }) => name) : undefined,
    unwritableTables: unwritable.map(({ name }) => name),
    apiRole: await inspectApiRole(dataSource, distributed),
    distribution: await inspectDistribution(dataSource, distributed),
    clockSkewMs: server!.now.getTime() - (sentMs + answeredMs) / 2,
  };
}

async function inspectApiRole(
  dataSource: DataSource,
  distributed: readonly string[],
): Promise<DatabaseInspection['apiRole']> {
  const found: unknown[] = await dataSource.query(`SELECT FROM pg_roles WHERE rolname = $1`, [API_ROLE]);
  if (found.length === 0) return undefined;
  const views: { name: string }[] = await dataSource.query(UNREADABLE_VIEWS, [API_ROLE]);
  const tables: { name: string }[] = await dataSource.query(READABLE_TABLES, [API_ROLE, WRITTEN_TABLES]);
  return {
    unreadableViews: views.map(({ name }) => name),
    readableTables: tables.map(({ name }) => name).filter((name) => !distributed.includes(name)),
  };
}

/** The tables that Citus distributes. */
async function listDistributed(dataSource: DataSource): Promise<string[]> {
  const [{ isCitus }]: [{ isCitus: boolean }] = await dataSource.query(IS_CITUS);
  const rows: { name: string }[] = isCitus ? await dataSource.query(DISTRIBUTED_TABLES, [WRITTEN_TABLES]) : [];
  return rows.map(({ name }) => name);
}

/** Its workers are asked as the role of the session, so readers need what it distributes. */
async function inspectDistribution(
  dataSource: DataSource,
  distributed: readonly string[],
): Promise<DatabaseInspection['distribution']> {
  if (distributed.length === 0) return undefined;
  const unreadable: { role: string; name: string }[] = await dataSource.query(UNREADABLE_TABLES, [distributed]);
  const local = WRITTEN_TABLES.filter((name) => !distributed.includes(name) && !OF_THE_COORDINATOR.includes(name));
  return { local, unreadable };
}

const OF_THE_COORDINATOR = ['sync_runs', 'sync_locks'];

interface ServerRow {
  version: number;
  standby: boolean;
  encoding: string;
  role: string;
  rights: { superuser: boolean; createsRoles: boolean; mayMigrate: boolean };
  now: Date;
}

// current_schema() is NULL for a role that may use none of its search path.
const SERVER = `
  SELECT current_setting('server_version_num')::integer AS version, current_user::text AS role,
    pg_is_in_recovery() AS standby,
    (SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()) AS encoding,
    json_build_object(
      'superuser', rolsuper,
      'createsRoles', rolcreaterole,
      'mayMigrate', coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)
        AND (to_regnamespace('reporting') IS NOT NULL OR has_database_privilege(current_database(), 'CREATE'))
        AND coalesce((SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('migrations')), true)
    ) AS rights,
    clock_timestamp() AS now
  FROM pg_roles WHERE rolname = current_user`;

const MIGRATIONS_READABLE = `
  SELECT coalesce(has_table_privilege(to_regclass('migrations'), 'SELECT'), false) AS readable`;

const UNWRITABLE = `
  SELECT name FROM unnest($1::text[]) AS name
  WHERE to_regclass(name) IS NOT NULL AND NOT (
    SELECT bool_and(has_table_privilege(to_regclass(name), privilege))
    FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege)`;

const UNREADABLE_VIEWS = `
  SELECT relname::text AS name FROM pg_class
  WHERE relnamespace = to_regnamespace('reporting') AND relkind = 'v'
    AND NOT (has_schema_privilege($1::name, relnamespace, 'USAGE') AND has_table_privilege($1::name, oid, 'SELECT'))
  ORDER BY relname`;

const READABLE_TABLES = `
  SELECT name FROM unnest($2::text[]) AS name
  WHERE to_regclass(name) IS NOT NULL AND has_table_privilege($1::name, to_regclass(name), 'SELECT')`;

const IS_CITUS = `SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL AS "isCitus"`;

const DISTRIBUTED_TABLES = `
  SELECT name FROM unnest($1::text[]) AS name
  WHERE EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = to_regclass(name))`;

const UNREADABLE_TABLES = `
  SELECT rolname::text AS role, name FROM pg_roles, unnest($1::text[]) AS name
  WHERE rolname IN ('${API_ROLE}', 'grafana_reader') AND NOT has_table_privilege(oid, to_regclass(name), 'SELECT')
  ORDER BY role, name`;
