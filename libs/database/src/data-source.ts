import { MIGRATIONS } from '#migrations';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { FailFastClient } from './fail-fast-client.js';

/** How a process uses the database. Time-outs in milliseconds. */
export interface DataSourceSettings {
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Most connections at once. Default 10. */
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
 * The server, too, looks after a silent connection: of a client that vanished without a word (a node that lost power, a
 * network that parted) it learns within a minute, and lets go of the lock. Its own default is two hours.
 */
const SERVER_KEEP_ALIVE = '-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3';

/**
 * TypeORM is the connection and the runner of migrations: statements are SQL, and there are no entities. Not yet
 * connected: call `initialize()`.
 */
export function createDataSource(databaseUrl: string, settings: DataSourceSettings): DataSource {
  const { applicationName, poolSize = 10, connectTimeoutMs = 5_000, statementTimeoutMs = 60_000 } = settings;
  return new DataSource({
    type: 'postgres',
    url: databaseUrl,
    applicationName,
    poolSize,
    connectTimeoutMS: connectTimeoutMs,
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    synchronize: false,
    installExtensions: false,
    logging: false,
    extra: {
      Client: FailFastClient,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + GRACE_MS,
      keepAlive: true,
      options: SERVER_KEEP_ALIVE,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
      types: DAYS_AS_TEXT,
    },
  });
}

/** pg makes a `Date` at local midnight of a date, another day west of Greenwich: days stay text. */
const DAYS_AS_TEXT: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.DATE
      ? (text: string) => text
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};
