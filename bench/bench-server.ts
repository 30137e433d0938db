import { createDataSource, migrate, SyncSession, type RunId } from '#libs/database';
import { startPostgres, type EmbeddedPostgres } from '#libs/embedded';
import { MEASURES } from '#libs/prometheus';
import pg from 'pg';
import { CLUSTER } from './made-up-days.js';

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
  // What is under way fails by itself; without this the process would end, and not say why.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Writes as the sync does, within one run. */
export async function withRun<Result>(
  databaseUrl: string,
  work: (session: SyncSession, run: RunId) => Promise<Result>,
): Promise<Result> {
  const dataSource = await createDataSource(databaseUrl, { applicationName: 'bench' }).initialize();
  try {
    const session = await SyncSession.open(dataSource, CLUSTER);
    if (!session) throw new Error('another process works on the bench database');
    const run = await session.recordRunStarted({ source: 'prometheus', trigger: 'once' });
    const result = await work(session, run);
    await session.recordRunFinished(run, { status: 'succeeded' }, 0);
    await session.close();
    return result;
  } finally {
    await dataSource.destroy();
  }
}
