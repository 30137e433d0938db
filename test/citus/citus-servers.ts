import { readFileSync } from 'node:fs';
import { createDataSource, migrate } from '#libs/database';
import { startPostgres, type EmbeddedPostgres } from '#libs/embedded';
import { MEASURES } from '#libs/prometheus';
import { execute, urlOfDatabase } from '../support/database.js';
import { createRoles } from '../support/test-server.js';

const SETTINGS = ['shared_preload_libraries=citus', 'max_prepared_transactions=200', 'max_connections=200'];
export const DISTRIBUTE = readFileSync('scripts/distribute.sql', 'utf8');

/** A coordinator and two workers of the PostgreSQL of CITUS_BIN. */
export class CitusServers {
  private constructor(
    readonly coordinator: EmbeddedPostgres,
    readonly workers: readonly EmbeddedPostgres[],
  ) {}

  /** @param more settings; with `fsync`, commits are written as for real. */
  static async start({ fsync = false, more = [] as string[] } = {}): Promise<CitusServers> {
    const own = { binaries: process.env['CITUS_BIN']!, settings: [...SETTINGS, ...more] };
    const [coordinator, ...workers] = await Promise.all([1, 2, 3].map(() => startPostgres({ fsync, own })));
    return new CitusServers(coordinator!, workers);
  }

  async stop(): Promise<void> {
    await Promise.all([this.coordinator, ...this.workers].map((server) => server.stop()));
  }

  /** A migrated database on one server, as everywhere else. */
  async createPlain(name: string): Promise<string> {
    await execute(this.coordinator.url, `CREATE DATABASE ${name} TEMPLATE template0`);
    const url = urlOfDatabase(this.coordinator.url, name);
    await prepare(url);
    return url;
  }

  /** The same over the three servers. */
  async createDistributed(name: string): Promise<string> {
    await execute(this.coordinator.url, `CREATE DATABASE ${name} TEMPLATE template0`);
    const url = await this.addWorkers(name);
    await prepare(url);
    await execute(url, DISTRIBUTE);
    return url;
  }

  /** Makes the coordinator of a database that is on one server. */
  async addWorkers(name: string): Promise<string> {
    const servers = [this.coordinator, ...this.workers];
    for (const { url } of this.workers) await execute(url, `CREATE DATABASE ${name} TEMPLATE template0`);
    for (const { url } of servers) await execute(urlOfDatabase(url, name), `CREATE EXTENSION citus`);
    const [coordinator, ...workers] = servers.map(({ url }) => `'127.0.0.1', ${new URL(url).port}`);
    const url = urlOfDatabase(this.coordinator.url, name);
    await execute(url, `SELECT citus_set_coordinator_host(${coordinator})`);
    for (const worker of workers) await execute(url, `SELECT citus_add_node(${worker})`);
    return url;
  }
}

async function prepare(url: string): Promise<void> {
  const dataSource = await createDataSource(url, { applicationName: 'test' }).initialize();
  try {
    await migrate(dataSource, MEASURES);
    await createRoles(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/** The same database as another role. */
export function asRole(databaseUrl: string, role: string): string {
  const url = new URL(databaseUrl);
  url.username = role;
  return url.href;
}
