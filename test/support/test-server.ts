import { randomBytes } from 'node:crypto';
import { createDataSource, migrate } from '#libs/database';
import { startPostgres } from '#libs/embedded';
import { MEASURES } from '#libs/prometheus';
import { readSqlFile } from '#migrations';
import type { DataSource } from 'typeorm';
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
    await migrate(dataSource, MEASURES);
    await createRoles(dataSource);
  } finally {
    // PostgreSQL refuses to clone a database that anybody is connected to.
    await dataSource.destroy();
  }
}

/** As the owner does with psql, which goes on after a role that exists: roles belong to the whole server. */
export async function createRoles(dataSource: DataSource): Promise<void> {
  const statements = readSqlFile('roles.sql')
    .replaceAll(/^--.*$/gm, '')
    .split(/;$/m)
    .map((statement) => statement.trim());
  for (const statement of statements.filter((text) => text !== '')) {
    await dataSource.query(statement).catch((error: { code?: string }) => {
      if (error.code !== '42710') throw error;
    });
  }
}
