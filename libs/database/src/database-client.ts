import pg from 'pg';

/** What pg says when a statement exceeds `query_timeout`; it has no class or code of its own. */
export const READ_TIMEOUT = 'Query read timeout';

export interface ClientSettings extends pg.ClientConfig {
  readonly databaseUrl: string;
}

/**
 * A connection that is cut when the server does not answer in time. pg alone gives the statement up but keeps the
 * connection, with the unanswered statement in front of everything that the pool sends over it afterwards. A cut
 * connection leaves the pool, whoever holds it learns of that at once, and the server ends its transaction and its
 * locks.
 */
export class DatabaseClient extends pg.Client {
  /** 15, 16, …; as the server said when it let us in. */
  serverVersion = 0;

  constructor({ databaseUrl, ...config }: ClientSettings) {
    super({ ...config, connectionString: databaseUrl });
    this.connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
      if (parameterName === 'server_version') this.serverVersion = parseInt(parameterValue, 10);
    });
  }

  override query = ((...args: Parameters<pg.Client['query']>) => {
    const answer: unknown = super.query(...args);
    if (answer instanceof Promise) answer.catch((error: unknown) => this.#cutAfterTimeout(error));
    return answer;
  }) as pg.Client['query'];

  #cutAfterTimeout(error: unknown): void {
    if (!(error instanceof Error) || error.message !== READ_TIMEOUT) return;
    void this.end();
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }
}

interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}

/**
 * What a pool makes its connections with. pg reads the certificate files of the URL when a client is made, and throws where
 * it cannot: in a pool that would end the process. Such a client fails to connect instead.
 */
export function makeClient(settings: ClientSettings): pg.Client {
  try {
    return new DatabaseClient(settings);
  } catch (error) {
    const client = new pg.Client({});
    const refuse = (callback?: (error: Error) => void) => {
      if (!callback) return Promise.reject(error as Error);
      process.nextTick(callback, error);
      return undefined;
    };
    return Object.assign(client, { connect: refuse });
  }
}
