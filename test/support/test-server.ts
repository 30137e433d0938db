import { randomBytes } from 'node:crypto';
import { createDataSource, migrate } from '#libs/database';
import { startPostgres } from '#libs/embedded';
import { ADMIN_URL, TEMPLATE_DATABASE, execute, urlOfDatabase } from './database.js';

/** Set-up and tear-down may be loaded apart. */
const run = globalThis as typeof globalThis & { stopTestServer?: () => Promise<void> };

/**
 * Starts one PostgreSQL server, and makes the migrated database on it that test files clone. TEST_DATABASE_ADMIN_URL,
 * the address of a superuser's database, names a server of your own instead: only databases that the run has made are
 * touched there, and they are dropped again.
 */
export async function startTestServer(): Promise<void> {
  const given = process.env[ADMIN_URL];
  const server = given ? undefined : await startPostgres({ fsync: false });
  const adminUrl = given ?? server!.url;
  const template = `template_${randomBytes(4).toString('hex')}`;
  run.stopTestServer = async () => {
    if (server) await server.stop();
    else await execute(adminUrl, `DROP DATABASE IF EXISTS ${template}`);
  };
  try {
    await execute(adminUrl, `CREATE DATABASE ${template} TEMPLATE template0`);
    await migrateDatabase(urlOfDatabase(adminUrl, template));
  } catch (error) {
    await run.stopTestServer();
    throw error;
  }
  process.env[ADMIN_URL] = adminUrl;
  process.env[TEMPLATE_DATABASE] = template;
}

export async function stopTestServer(): Promise<void> {
  await run.stopTestServer?.();
}

async function migrateDatabase(url: string): Promise<void> {
  const dataSource = await createDataSource(url, { applicationName: 'test-template' }).initialize();
  try {
    await migrate(dataSource);
  } finally {
    // PostgreSQL refuses to clone a database that anybody is connected to.
    await dataSource.destroy();
  }
}
