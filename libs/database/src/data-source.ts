import { MIGRATIONS } from '#migrations';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { makeClient, type DatabaseClient } from './database-client.js';
import { setSession } from './session-settings.js';
import { refuseTransactionPooler } from './transaction-pooler.js';

/** How a process uses the database. Time-outs in milliseconds. */
export interface DataSourceSettings {
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Most connections at once. Default 10; a sync needs 3. */
  readonly poolSize?: number;
  /** For a connection to be made or to become free. Default 5 s. */
  readonly connectTimeoutMs?: number;
  /**
   * For one statement, counted by the server. The client waits a little longer, for a server that is gone or hangs,
   * and then cuts the connection. Default 60 s.
   */
  readonly statementTimeoutMs?: number;
}

const GRACE_MS = 500;
const KEEP_ALIVE_AFTER_MS = 30_000;

/**
 * TypeORM is the connection and the runner of migrations: statements are SQL, and there are no entities. Not yet
 * connected: call `initialize()`.
 */
export function createDataSource(databaseUrl: string, settings: DataSourceSettings): DataSource {
  const { applicationName, poolSize = 10, connectTimeoutMs = 5_000, statementTimeoutMs = 60_000 } = settings;
  return new DataSource({
    type: 'postgres',
    applicationName,
    poolSize,
    connectTimeoutMS: connectTimeoutMs,
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    synchronize: false,
    installExtensions: false,
    logging: false,
    extra: {
      // pg reads the URL, as in the API. TypeORM, which reads it otherwise, does not see it.
      databaseUrl,
      Client: makeClient,
      onConnect: (client: DatabaseClient) => client.query(setSession(client.serverVersion, statementTimeoutMs)),
      query_timeout: statementTimeoutMs + GRACE_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
      types: DAYS_AS_TEXT,
    },
  });
}

/**
 * Connects a process that writes.
 *
 * @throws TransactionPoolerError before anything is set or locked.
 */
export async function openDataSource(databaseUrl: string, settings: DataSourceSettings): Promise<DataSource> {
  await refuseTransactionPooler(databaseUrl);
  return createDataSource(databaseUrl, settings).initialize();
}

/** pg makes a `Date` at local midnight of a date, another day west of Greenwich: days stay text. */
const DAYS_AS_TEXT: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.DATE
      ? (text: string) => text
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};
