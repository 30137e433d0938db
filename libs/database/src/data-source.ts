import type { DataSource } from 'typeorm';

/** How a process uses the database. Time-outs in milliseconds. */
export interface DataSourceSettings {
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Most connections at once. Default 10. */
  readonly poolSize?: number;
  /** For a connection to be made or to become free. Default 5 s. */
  readonly connectTimeoutMs?: number;
  /** For one statement, counted by the server, and by the client in case the server is gone. Default 60 s. */
  readonly statementTimeoutMs?: number;
}

/** Not yet connected: call `initialize()`. */
export function createDataSource(databaseUrl: string, settings: DataSourceSettings): DataSource {
  throw new Error(`not yet: ${databaseUrl} ${settings.applicationName}`);
}
