import { EXPECTED_MIGRATIONS, type DatabaseInspection } from '#libs/database';
import { judgeDatabase } from './database.js';

describe('the database', () => {
  const healthy: DatabaseInspection = {
    serverVersionNumber: 160004,
    isStandby: false,
    encoding: 'UTF8',
    role: 'costs',
    superuser: false,
    createsRoles: false,
    mayMigrate: false,
    appliedMigrations: EXPECTED_MIGRATIONS,
    unwritableTables: [],
    apiRole: { unreadableViews: [], readableTables: [] },
    distribution: undefined,
    clockSkewMs: 0,
  };
  const complaints = (change: Partial<DatabaseInspection>) =>
    judgeDatabase({ ...healthy, ...change })
      .filter(({ status }) => status !== 'ok')
      .map(({ status, check, found }) => `${status} ${check}: ${found}`);

  it.each<[string, Partial<DatabaseInspection>, string[]]>([
    ['is fine', {}, []],
    ['is too old', { serverVersionNumber: 140011 }, ['failure database server: PostgreSQL 14.11']],
    [
      'is a standby',
      { isStandby: true },
      ['failure database server: PostgreSQL 16.4, a standby: the sync cannot write to it'],
    ],
    [
      'has another encoding',
      { encoding: 'SQL_ASCII' },
      ['failure database server: PostgreSQL 16.4, the database has the encoding SQL_ASCII'],
    ],
    [
      'lacks a migration that the sync will make',
      { appliedMigrations: EXPECTED_MIGRATIONS.slice(0, -1), mayMigrate: true },
      [`warning migrations: pending: ${EXPECTED_MIGRATIONS.at(-1)}`],
    ],
    [
      'was never migrated, and this role may not',
      { appliedMigrations: undefined },
      ['failure migrations: the database is not migrated; this role may not migrate'],
    ],
    [
      'was migrated by a newer version',
      { appliedMigrations: [...EXPECTED_MIGRATIONS, 'Later9'] },
      ['failure migrations: migrated by a newer version: Later9'],
    ],
    [
      'does not let the sync write',
      { unwritableTables: ['user_costs', 'sync_runs'] },
      ['failure privileges of the sync: costs may not read and change user_costs, sync_runs'],
    ],
    [
      "is reached as the API's role",
      { role: 'jupyterhub_costs_api', unwritableTables: ['sync_runs'] },
      ["failure privileges of the sync: jupyterhub_costs_api is the API's role, which only reads"],
    ],
    [
      'lets the sync do too much',
      { superuser: true, createsRoles: true },
      ['warning privileges of the sync: costs is a superuser, more than a sync needs'],
    ],
    [
      'has no role for the API',
      { apiRole: undefined },
      ['warning role of the API: there is no role jupyterhub_costs_api'],
    ],
    [
      'lets the API see tables',
      { apiRole: { unreadableViews: [], readableTables: ['user_costs'] } },
      ['warning role of the API: jupyterhub_costs_api may read tables: user_costs'],
    ],
    [
      'hides a view from the API',
      { apiRole: { unreadableViews: ['hubs'], readableTables: [] } },
      ['failure role of the API: jupyterhub_costs_api may not read reporting.hubs'],
    ],
    [
      'is only partly distributed',
      { distribution: { local: ['budgets'], unreadable: [{ role: 'grafana_reader', name: 'day_costs' }] } },
      ['failure Citus: budgets is not distributed; grafana_reader may not read day_costs'],
    ],
  ])('%s', (_what, change, expected) => expect(complaints(change)).toEqual(expected));
});
