import type { Client } from 'pg';
import { databaseOfFile, openClient, type TestDatabase } from '../../support/database.js';
import { fillEstate } from './estate.js';
import { becomeReader } from './grafana.js';

let database: TestDatabase;
let reader: Client;

beforeAll(async () => {
  database = await databaseOfFile();
  await fillEstate(database.url);
  reader = await openClient(database.url);
  await becomeReader(reader);
});

/** The names in one column of an answer. */
async function names(client: Client, sql: string): Promise<string[]> {
  return (await client.query<{ name: string }>(sql)).rows.map(({ name }) => name);
}

async function asOwner<Result>(work: (owner: Client) => Promise<Result>): Promise<Result> {
  const owner = await openClient(database.url);
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}

describe('the role grafana_reader', () => {
  it('may log in, has no password of ours and no power', async () => {
    const [role] = await asOwner(
      async (owner) => (await owner.query(`SELECT * FROM pg_roles WHERE rolname = 'grafana_reader'`)).rows,
    );
    expect(role).toMatchObject({
      rolcanlogin: true,
      rolsuper: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      rolbypassrls: false,
    });
    expect(role.rolconfig).toEqual(
      expect.arrayContaining(['default_transaction_read_only=on', expect.stringMatching(/^statement_timeout=\d+s$/)]),
    );
  });

  it('reads every view of reporting', async () => {
    const views = await names(reader, `SELECT viewname AS name FROM pg_views WHERE schemaname = 'reporting'`);
    expect(views).toContain('daily_user_costs');
    for (const view of views) await reader.query(`SELECT * FROM reporting.${view} LIMIT 1`);
  });

  it('reads no table, not one', async () => {
    const tables = await names(reader, `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
    expect(tables).toContain('user_costs');
    for (const table of tables) {
      await expect(reader.query(`SELECT * FROM public.${table} LIMIT 1`)).rejects.toThrow('permission denied');
    }
  });

  it.each([
    `INSERT INTO user_costs (cluster) VALUES ('x')`,
    `UPDATE cost_days SET account_usd = 0`,
    `DELETE FROM sync_runs`,
    `TRUNCATE attributed_costs`,
    `CREATE TABLE public.mine (id integer)`,
    `CREATE VIEW reporting.mine AS SELECT 1`,
    `CREATE TEMPORARY TABLE mine (id integer)`,
    `DROP VIEW reporting.hubs`,
    `CREATE SCHEMA mine`,
  ])('does not write: %s', async (statement) => {
    await expect(reader.query(statement)).rejects.toThrow(/read-only transaction|permission denied|must be owner/);
  });

  it.each([
    `INSERT INTO user_costs (cluster) VALUES ('x')`,
    `DELETE FROM sync_runs`,
    `CREATE TABLE public.mine (id integer)`,
    `CREATE VIEW reporting.mine AS SELECT 1`,
    `CREATE SCHEMA mine`,
    `UPDATE reporting.sync_runs SET status = 'failed'`,
    `INSERT INTO reporting.usage_days VALUES ('x', '2026-01-01')`,
    `COPY (SELECT 1) TO PROGRAM 'true'`,
    `SET ROLE postgres`,
  ])('does not, either, in a transaction that it declares to be read-write: %s', async (statement) => {
    await reader.query('BEGIN READ WRITE');
    try {
      await expect(reader.query(statement)).rejects.toThrow(
        /permission denied|must be superuser|cannot (insert|update)|does not exist/,
      );
    } finally {
      await reader.query('ROLLBACK');
    }
  });

  it('is cut off when a question takes too long', async () => {
    await reader.query(`SET statement_timeout = '50ms'`);
    await expect(reader.query('SELECT pg_sleep(5)')).rejects.toThrow('statement timeout');
    await reader.query('RESET statement_timeout');
  });

  it('reads views that are made later', async () => {
    await asOwner((owner) => owner.query('CREATE VIEW reporting.later AS SELECT 1 AS one'));
    expect((await reader.query('SELECT one FROM reporting.later')).rows).toEqual([{ one: 1 }]);
  });
});
