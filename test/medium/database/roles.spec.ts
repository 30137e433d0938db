import { createDataSource, migrate, MigrationNotAllowedError, SyncSession, WRITTEN_TABLES } from '#libs/database';
import { MEASURES } from '#libs/prometheus';
import { Client } from 'pg';
import { readSqlFile } from '../../../migrations/sql-files.js';
import {
  createEmptyTestDatabase,
  createTestDatabase,
  urlOfDatabase,
  type TestDatabase,
} from '../../support/database.js';
import { createRoles } from '../../support/test-server.js';
import { fillEstate } from '../api/estate.js';
import { RunningApi } from '../api/running-api.js';
import { BASIS, CLUSTER, DAY, dayCosts, HUB_POLICY, readings, settled } from './stored-cluster.js';

const PASSWORD = 'of-a-test';
/** Log-ins of this file that are members of the roles, as a deployment may make them: the roles have no password. */
const loginOf = (role: string) => `${role}_${process.pid}_login`;

let database: TestDatabase;
let owner: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.url });
  await owner.connect();
  for (const role of ['jupyterhub_costs_sync', 'jupyterhub_costs_api']) {
    await owner.query(`CREATE ROLE ${loginOf(role)} LOGIN PASSWORD '${PASSWORD}' IN ROLE ${role}`);
  }
});

afterAll(async () => {
  for (const role of ['jupyterhub_costs_sync', 'jupyterhub_costs_api']) {
    await owner?.query(`DROP ROLE IF EXISTS ${loginOf(role)}`);
  }
  await owner?.end();
  await database?.drop();
});

function urlAs(role: string, url = database.url): string {
  const login = new URL(url);
  login.username = loginOf(role);
  login.password = PASSWORD;
  return login.href;
}

async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const POWERLESS = {
  rolcanlogin: true,
  rolsuper: false,
  rolcreaterole: false,
  rolcreatedb: false,
  rolreplication: false,
  rolbypassrls: false,
};

it.each(['jupyterhub_costs_sync', 'jupyterhub_costs_api'])('%s may log in, and has no power', async (role) => {
  const { rows } = await owner.query(`SELECT * FROM pg_roles WHERE rolname = $1`, [role]);
  expect(rows).toEqual([expect.objectContaining(POWERLESS)]);
});

describe('in a database on which roles.sql was run', () => {
  // Rights on a database are not cloned with it.
  let ruled: TestDatabase;
  beforeAll(async () => {
    ruled = await createTestDatabase();
    const dataSource = await createDataSource(ruled.url, { applicationName: 'roles-test' }).initialize();
    await createRoles(dataSource);
    // As an owner may, who does not know whether it was run.
    await createRoles(dataSource);
    await dataSource.destroy();
  });
  afterAll(() => ruled?.drop());

  describe.each(['jupyterhub_costs_sync', 'jupyterhub_costs_api'])('%s', (role) => {
    it.each([
      `CREATE TEMPORARY TABLE mine (id integer)`,
      `CREATE SCHEMA mine`,
      `CREATE TABLE public.mine (id integer)`,
      `SELECT lo_creat(-1)`,
      `SELECT lo_create(0)`,
      `SELECT lo_from_bytea(0, 'x')`,
      `SELECT lo_put(1, 0, 'x')`,
      `SELECT lo_import('/etc/passwd')`,
    ])('fills no disk with %s, in a transaction that it declares to be read-write', async (statement) => {
      await withClient(urlAs(role, ruled.url), async (client) => {
        await client.query('BEGIN READ WRITE');
        await expect(client.query(statement)).rejects.toThrow('permission denied');
      });
    });
  });

  it('the sync works where the tables are in a schema of their own', async () => {
    const url = new URL(urlOfDatabase(database.url, `roles_${process.pid}_schema`));
    const name = url.pathname.slice(1);
    await owner.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    await withClient(url.href, (client) => client.query('CREATE SCHEMA "My costs"'));
    url.searchParams.set('options', '-c search_path="My\\ costs"');
    const dataSource = await createDataSource(url.href, { applicationName: 'roles-test' }).initialize();
    await migrate(dataSource, MEASURES);
    await createRoles(dataSource);
    await dataSource.destroy();
    const sync = await createDataSource(urlAs('jupyterhub_costs_sync', url.href), {
      applicationName: 'sync',
    }).initialize();
    expect(await migrate(sync, MEASURES)).toEqual([]);
    const session = await SyncSession.open(sync, CLUSTER);
    await session!.close();
    await sync.destroy();
    await owner.query(`DROP DATABASE ${name}`);
  });

  it('an owner who is no superuser takes away all but large objects', async () => {
    const own = `roles_${process.pid}_owner`;
    await owner.query(`CREATE ROLE ${own} LOGIN PASSWORD '${PASSWORD}'`);
    await owner.query(`CREATE DATABASE ${own} OWNER ${own}`);
    const url = (role: string) => {
      const login = new URL(urlAs(role));
      return Object.assign(login, { pathname: own }).href;
    };
    try {
      const asOwner = Object.assign(new URL(url('')), { username: own }).href;
      await withClient(asOwner, async (client) => {
        const rights = readSqlFile('roles.sql').split(/;$/m).slice(-4, -1);
        for (const statement of rights) await client.query(statement);
      });
      await withClient(url('jupyterhub_costs_api'), async (client) => {
        await client.query('SET default_transaction_read_only = off');
        await expect(client.query('CREATE TEMPORARY TABLE mine (id integer)')).rejects.toThrow('permission denied');
        await expect(client.query('SELECT lo_create(0)')).resolves.toMatchObject({ rowCount: 1 });
      });
    } finally {
      await owner.query(`DROP DATABASE ${own}`);
      await owner.query(`DROP ROLE ${own}`);
    }
  });
});

describe('jupyterhub_costs_sync', () => {
  const url = () => urlAs('jupyterhub_costs_sync');

  it('does the whole work of a sync on a database that its owner has migrated', async () => {
    const dataSource = await createDataSource(url(), { applicationName: 'roles-test' }).initialize();
    try {
      expect(await migrate(dataSource, MEASURES)).toEqual([]);
      const session = (await SyncSession.open(dataSource, CLUSTER))!;
      const run = await session.recordRunStarted({ source: 'cost-explorer', trigger: 'once' });
      await session.replaceCostDay(run, dayCosts([['prod', 'compute', '40']]), BASIS, HUB_POLICY);
      const usage = readings({ compute: [['prod', 'ada', 3]] });
      await session.replaceUsageDay(run, usage, settled(), HUB_POLICY);
      // A cost and a person that vanish are deleted, a restatement is recorded.
      await session.replaceCostDay(run, dayCosts([['prod', 'compute', '30']]), BASIS, HUB_POLICY);
      await session.replaceUsageDay(run, readings({ compute: [['prod', 'bob', 3]] }), settled(), HUB_POLICY);
      await session.allocateDay(run, DAY, HUB_POLICY);
      await session.recordRunFinished(run, { status: 'succeeded' }, 5);
      await session.close();
    } finally {
      await dataSource.destroy();
    }
    const { rows } = await owner.query(`SELECT hub, username, direct_usd::text FROM user_costs WHERE username > ''`);
    expect(rows).toEqual([{ hub: 'prod', username: 'bob', direct_usd: '30.0000000000' }]);
  });

  it('is asked by the doctor about every table there is', async () => {
    const { rows } = await owner.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`);
    expect([...WRITTEN_TABLES, 'migrations'].toSorted()).toEqual(rows.map(({ tablename }) => tablename).toSorted());
  });

  it('may change the rows of every table but the record of migrations', async () => {
    const { rows } = await owner.query(
      `SELECT tablename AS table,
         array_remove(ARRAY(SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p
           WHERE has_table_privilege('jupyterhub_costs_sync', format('public.%I', tablename), p)), NULL) AS may
       FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
    );
    expect(rows.length).toBeGreaterThan(9);
    for (const { table, may } of rows) {
      const expected = table === 'migrations' ? ['SELECT'] : ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
      expect({ table, may }).toEqual({ table, may: expected });
    }
  });

  it.each([
    `CREATE TABLE mine (id integer)`,
    `CREATE ROLE mine`,
    `CREATE SCHEMA mine`,
    `CREATE VIEW reporting.mine AS SELECT 1`,
    `ALTER TABLE user_costs ADD COLUMN mine text`,
    `DROP TABLE cost_restatements`,
    `TRUNCATE cost_restatements`,
    `INSERT INTO migrations (timestamp, name) VALUES (1, 'mine')`,
    `ALTER ROLE jupyterhub_costs_api SUPERUSER`,
  ])('makes and takes away nothing: %s', async (statement) => {
    await withClient(url(), async (client) => {
      await expect(client.query(statement)).rejects.toThrow(
        /permission denied|must be owner|must be superuser|does not exist/,
      );
    });
  });

  it('is told to let the owner migrate, when that is due', async () => {
    const unmigrated = await createEmptyTestDatabase();
    const dataSource = createDataSource(urlAs('jupyterhub_costs_sync', unmigrated.url), { applicationName: 'roles' });
    try {
      await dataSource.initialize();
      const attempt = migrate(dataSource, MEASURES);
      await expect(attempt).rejects.toThrow(MigrationNotAllowedError);
      await expect(attempt).rejects.toThrow(/run `npm run migrate` as its owner$/);
    } finally {
      await dataSource.destroy();
      await unmigrated.drop();
    }
  });
});

describe('jupyterhub_costs_api', () => {
  const url = () => urlAs('jupyterhub_costs_api');
  const names = async (client: Client, sql: string) => (await client.query<{ name: string }>(sql)).rows;

  it('reads every view of reporting, those that are made later too', async () => {
    await owner.query('CREATE VIEW reporting.later AS SELECT 1 AS one');
    await withClient(url(), async (client) => {
      const views = await names(client, `SELECT viewname AS name FROM pg_views WHERE schemaname = 'reporting'`);
      expect(views.map(({ name }) => name)).toEqual(expect.arrayContaining(['later', 'daily_user_costs']));
      for (const { name } of views) await client.query(`SELECT * FROM reporting.${name} LIMIT 1`);
    });
  });

  it('reads no table, not one', async () => {
    await withClient(url(), async (client) => {
      const tables = await names(client, `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
      expect(tables.length).toBeGreaterThan(9);
      for (const { name } of tables) {
        await expect(client.query(`SELECT * FROM public.${name} LIMIT 1`)).rejects.toThrow('permission denied');
      }
    });
  });

  it("is refused as the sync's by its name, with the one that the sync needs; on an empty database too", async () => {
    const empty = await createEmptyTestDatabase();
    const login = loginOf('jupyterhub_costs_api');
    try {
      const as = async (databaseUrl: string) => {
        const dataSource = await createDataSource(databaseUrl, { applicationName: 'roles' }).initialize();
        await migrate(dataSource, MEASURES).finally(() => dataSource.destroy());
      };
      await expect(as(url())).rejects.toThrow(
        `the database: ${login} is the API's role, the sync needs jupyterhub_costs_sync or a member of it`,
      );
      await owner.query(`ALTER ROLE jupyterhub_costs_api PASSWORD '${PASSWORD}'`);
      const itself = new URL(empty.url);
      itself.username = 'jupyterhub_costs_api';
      itself.password = PASSWORD;
      await expect(as(itself.href)).rejects.toThrow("jupyterhub_costs_api is the API's role");
    } finally {
      await owner.query(`ALTER ROLE jupyterhub_costs_api PASSWORD NULL`);
      await empty.drop();
    }
  });

  it('writes nothing, even in a transaction that it declares to be read-write', async () => {
    for (const statement of [
      `INSERT INTO user_costs (cluster) VALUES ('x')`,
      `DELETE FROM sync_runs`,
      `CREATE TABLE public.mine (id integer)`,
      `UPDATE reporting.sync_runs SET status = 'failed'`,
    ]) {
      await withClient(url(), async (client) => {
        await client.query('BEGIN READ WRITE');
        await expect(client.query(statement)).rejects.toThrow(/permission denied|cannot update view/);
      });
    }
  });

  it('is enough for every endpoint of the API', async () => {
    const filled = await createTestDatabase();
    await fillEstate(filled.url);
    const api = await RunningApi.start(urlAs('jupyterhub_costs_api', filled.url), 'alpha');
    try {
      const { json } = await api.get('/openapi.json');
      const paths = Object.keys(json.paths).filter((path) => !path.includes('{'));
      expect(paths.length).toBeGreaterThan(15);
      for (const path of paths) {
        const days = path.startsWith('/allocation') ? 'window=2025-03-01,2025-03-02' : 'from=2025-03-01&to=2025-03-02';
        const { status, text } = await api.get(`${path}?${days}`);
        expect({ path, status, text }).toEqual({ path, status: 200, text: expect.any(String) });
      }
      // alice 20.0033333333 + 10 of compute, see the estate.
      const [alice] = await api.rows('/costs_per_user?from=2025-03-01&to=2025-03-01&user=alice&component=compute');
      expect(alice).toMatchObject({ user: 'alice', hub: 'prod', value: 30.0033 });
    } finally {
      await api.stop();
      await filled.drop();
    }
  });
});
