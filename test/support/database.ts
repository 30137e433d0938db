import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { Client, type ClientConfig } from 'pg';
import { atEnd } from './at-end.js';
import { waitUntil } from './wait-until.js';

/** Names the environment variable with the address of the tests' PostgreSQL server, as its superuser. */
export const ADMIN_URL = 'TEST_DATABASE_ADMIN_URL';
/** Names the environment variable with the migrated database that test files clone. */
export const TEMPLATE_DATABASE = 'TEST_TEMPLATE_DATABASE';

export interface TestDatabase {
  /** As the superuser. */
  readonly url: string;
  /** Closes whatever is connected to it. */
  drop(): Promise<void>;
}

/**
 * A database of its own for a test file, migrated and empty. Its name begins with the file's, so that an error that
 * shows the database says where it comes from.
 */
export function createTestDatabase(): Promise<TestDatabase> {
  return createFrom(process.env[TEMPLATE_DATABASE]);
}

/** The same, dropped after the file's last test, when what was started later has ended. */
export async function databaseOfFile(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  atEnd(() => database.drop());
  return database;
}

/** The same without any migration: what a first start finds. */
export function createEmptyTestDatabase(): Promise<TestDatabase> {
  return createFrom('template0');
}

async function createFrom(template: string | undefined): Promise<TestDatabase> {
  const adminUrl = process.env[ADMIN_URL];
  if (!adminUrl || !template) {
    throw new Error('no test server: only the projects `medium` and `e2e` of jest.config.cjs have one');
  }
  const file = basename(expect.getState().testPath ?? 'test').replace(/\..*$/, '');
  const name = `${file
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, 40)}_${randomBytes(4).toString('hex')}`;
  await execute(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return {
    url: urlOfDatabase(adminUrl, name),
    drop: async () => {
      await untilLeft(adminUrl, name);
      await execute(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** A connection that has just been ended is still there for a moment; cut then, it would throw an error that nobody hears. */
async function untilLeft(adminUrl: string, name: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await waitUntil(async () => {
      const { rowCount } = await client.query(`SELECT FROM pg_stat_activity WHERE datname = $1`, [name]);
      return rowCount === 0;
    }, 1000).catch(() => undefined);
  } finally {
    await client.end();
  }
}

/** A connection, until it is ended or the file's last test is over. */
export async function openClient(url: string, more: ClientConfig = {}): Promise<Client> {
  const client = new Client({ connectionString: url, ...more });
  await client.connect();
  client.end = atEnd(client.end.bind(client)) as Client['end'];
  return client;
}

/** The address of another database on the same server. */
export function urlOfDatabase(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Runs a statement, or several with `;` between them, on a connection of its own, as CREATE and DROP DATABASE demand. */
export async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
