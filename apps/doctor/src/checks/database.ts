import { API_ROLE, missingMigrations, SYNC_ROLE, unknownMigrations, type DatabaseInspection } from '#libs/database';
import { failure, ok, warning, type Finding } from '../finding.js';

const OLDEST_SERVER = 15;
const AS_OWNER = 'run `npm run migrate` as the owner of the tables';

/** What the sync's role finds in the database, and what it may do there. */
export function judgeDatabase(database: DatabaseInspection): Finding[] {
  return [
    judgeServer(database),
    judgeMigrations(database),
    judgePrivileges(database),
    judgeApiRole(database),
    ...judgeDistribution(database),
  ];
}

function judgeServer({ serverVersionNumber, isStandby, encoding }: DatabaseInspection): Finding {
  const check = 'database server';
  const major = Math.floor(serverVersionNumber / 10_000);
  const version = `PostgreSQL ${major}.${serverVersionNumber % 10_000}`;
  if (major < OLDEST_SERVER) {
    return failure(check, version, `PostgreSQL ${OLDEST_SERVER} or newer is needed: upgrade the server`);
  }
  if (isStandby) {
    return failure(check, `${version}, a standby: the sync cannot write to it`, 'set DATABASE_URL to the primary');
  }
  if (encoding !== 'UTF8') {
    const remedy = `make a database with ENCODING 'UTF8' TEMPLATE template0`;
    return failure(check, `${version}, the database has the encoding ${encoding}`, remedy);
  }
  return ok(check, version);
}

function judgeMigrations({ appliedMigrations, mayMigrate }: DatabaseInspection): Finding {
  const applied = appliedMigrations ?? [];
  const unknown = unknownMigrations(applied);
  if (unknown.length > 0) {
    return failure(
      'migrations',
      `migrated by a newer version: ${unknown.join(', ')}`,
      'run that version, or restore a backup from before',
    );
  }
  const pending = missingMigrations(applied);
  if (pending.length === 0) return ok('migrations', `all ${applied.length} applied`);
  const found = applied.length === 0 ? 'the database is not migrated' : `pending: ${pending.join(', ')}`;
  return mayMigrate
    ? warning('migrations', found, 'the next sync migrates by itself, or run `npm run migrate`')
    : failure('migrations', `${found}; this role may not migrate`, AS_OWNER);
}

function judgePrivileges({ role, superuser, createsRoles, unwritableTables }: DatabaseInspection): Finding {
  const check = 'privileges of the sync';
  if (unwritableTables.length > 0 && role === API_ROLE) {
    const remedy = `set DATABASE_URL to ${SYNC_ROLE}, or a member of it`;
    return failure(check, `${role} is the API's role, which only reads`, remedy);
  }
  if (unwritableTables.length > 0) {
    return failure(
      check,
      `${role} may not read and change ${unwritableTables.join(', ')}`,
      role === SYNC_ROLE
        ? 'run migrations/sql/roles.sql as the owner of the tables'
        : `run as the owner of the tables: GRANT ${SYNC_ROLE} TO "${role}"; where there is no such role, migrations/sql/roles.sql first`,
    );
  }
  const excess = superuser ? 'is a superuser' : createsRoles ? 'may create roles' : undefined;
  if (excess === undefined) return ok(check, `${role} may change every table, and create no role`);
  return warning(check, `${role} ${excess}, more than a sync needs`, `run the sync as ${SYNC_ROLE}, or a member of it`);
}

function judgeApiRole({ appliedMigrations, apiRole }: DatabaseInspection): Finding {
  const check = 'role of the API';
  if (!apiRole) {
    const remedy = appliedMigrations?.length
      ? 'run migrations/sql/roles.sql as a role that may create roles'
      : 'migrate first, then run migrations/sql/roles.sql';
    return warning(check, `there is no role ${API_ROLE}`, remedy);
  }
  const { unreadableViews, readableTables } = apiRole;
  if (readableTables.length > 0) {
    return warning(
      check,
      `${API_ROLE} may read tables: ${readableTables.join(', ')}`,
      `run as the owner of the tables: REVOKE ALL ON ${readableTables.join(', ')} FROM ${API_ROLE}, PUBLIC;`,
    );
  }
  if (unreadableViews.length > 0) {
    return failure(
      check,
      `${API_ROLE} may not read reporting.${unreadableViews.join(', reporting.')}`,
      `run as the owner of the tables: GRANT USAGE ON SCHEMA reporting TO ${API_ROLE}; GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO ${API_ROLE};`,
    );
  }
  return ok(check, `${API_ROLE} reads the schema reporting and no table`);
}

/** Nothing where Citus distributes nothing. */
function judgeDistribution({ distribution }: DatabaseInspection): Finding[] {
  if (!distribution) return [];
  const { local, unreadable } = distribution;
  const roles = [...new Set(unreadable.map(({ role }) => role))];
  const faults = [
    ...(local.length > 0 ? [`${local.join(', ')} ${local.length > 1 ? 'are' : 'is'} not distributed`] : []),
    ...roles.map((role) => {
      const names = unreadable.filter((one) => one.role === role).map(({ name }) => name);
      return `${role} may not read ${names.join(', ')}`;
    }),
  ];
  if (faults.length === 0) return [ok('Citus', 'every table with figures is distributed, and readers read it')];
  return [failure('Citus', faults.join('; '), 'run scripts/distribute.sql again, as the owner of the tables')];
}
