import { createDataSource, migrate } from '#libs/database';
import { startPostgres, type EmbeddedPostgres } from '#libs/embedded';
import { MEASURES } from '#libs/prometheus';
import pg from 'pg';

/** A PostgreSQL of the bench's own with the settings of a fresh installation, and databases on it. */
export class BenchServer {
  private constructor(private readonly server: EmbeddedPostgres) {}

  /** `fsync` false: only where nothing that is written is timed. */
  static async start({ fsync }: { readonly fsync: boolean }): Promise<BenchServer> {
    return new BenchServer(await startPostgres({ fsync }));
  }

  /** The address of a new, migrated database. */
  async createDatabase(name: string): Promise<string> {
    const url = await this.createEmptyDatabase(name);
    const dataSource = await createDataSource(url, { applicationName: 'bench' }).initialize();
    try {
      await migrate(dataSource, MEASURES);
    } finally {
      await dataSource.destroy();
    }
    return url;
  }

  /** The address of a new database without any table. */
  async createEmptyDatabase(name: string): Promise<string> {
    const client = await connect(this.server.url);
    try {
      await client.query(`CREATE DATABASE ${name}`);
    } finally {
      await client.end();
    }
    const url = new URL(this.server.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }
}

export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'bench' });
  await client.connect();
  return client;
}
