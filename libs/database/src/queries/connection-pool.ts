import { setTimeout as sleep } from 'node:timers/promises';
import pg, { type PoolClient } from 'pg';
import { makeClient, READ_TIMEOUT, type ClientSettings, type DatabaseClient } from '../database-client.js';
import { BUSY } from '../database-fault.js';
import { beginReading } from '../session-settings.js';
import { asUnconnected, DatabaseBusy } from './database-unavailable.js';

/** A connection that hangs while it is being made gives its place in the pool back after this time. */
const CONNECT_TIMEOUT_MS = 3_000;
/** To begin a transaction takes no time: a database that does not for so long hangs. */
const BEGIN_TIMEOUT_MS = 3_000;
/** Nobody waits longer for a dashboard. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** A connection that nobody needs is for others, who may be short of them. */
const IDLE_MS = 2_000;
/** How long a server that is full is left alone. */
const FULL_MS = 1_000;
const RETRY_MS = 250;

export interface ConnectionPoolSettings {
  readonly databaseUrl: string;
  /** Most connections at once, and how many of them stay when nobody needs them. */
  readonly size: number;
  readonly kept: number;
  /** Hears of connections that break while nothing runs over them. */
  readonly onFault: (error: Error) => void;
  /** Shared by the pools of one database. */
  readonly pulse: Pulse;
}

export interface BeginOptions {
  /** Hears that the server has no connection free. */
  readonly onBusy?: (busy: DatabaseBusy) => void;
  /** Of this transaction, beside those of all. */
  readonly settings?: readonly string[];
}

/** When the database last answered over any connection. */
export interface Pulse {
  atMs: number;
}

/** Connections to read over, each in a transaction of its own: so it works the same behind a pooler, whatever its mode. */
export class ConnectionPool {
  readonly #pool: pg.Pool & { readonly options: { max: number } };
  readonly #used = new WeakSet<PoolClient>();

  constructor(private readonly settings: ConnectionPoolSettings) {
    this.#pool = new pg.Pool({
      databaseUrl: settings.databaseUrl,
      Client: makeApiClient as unknown as typeof pg.Client,
      keepAlive: true,
      application_name: 'cost-monitoring-api',
      max: settings.size,
      min: settings.kept,
      idleTimeoutMillis: IDLE_MS,
    } as pg.PoolConfig);
    this.#pool.on('error', settings.onFault);
  }

  get waitingCount(): number {
    return this.#pool.waitingCount;
  }

  /**
   * A connection in a transaction that only reads. Waits for a free one, also where the server itself has none free: it is
   * busy, and not dead.
   *
   * @param givenUp rejects when the caller waits no longer; a connection that comes too late goes back.
   * @throws DatabaseUnavailable
   */
  async begin(givenUp: Promise<never>, { onBusy, settings = [] }: BeginOptions = {}): Promise<PoolClient> {
    for (;;) {
      const client = await this.#take(givenUp, onBusy);
      const isUsed = this.#used.has(client);
      this.#used.add(client);
      const sentMs = performance.now();
      try {
        const { serverVersion } = client as unknown as DatabaseClient;
        const text = beginReading(serverVersion, STATEMENT_TIMEOUT_MS, settings);
        await client.query({ text, query_timeout: BEGIN_TIMEOUT_MS } as pg.QueryConfig);
        this.settings.pulse.atMs = performance.now();
        return client;
      } catch (error) {
        client.release(true);
        const isUnanswered = (error as Error).message === READ_TIMEOUT;
        if (isUnanswered && this.settings.pulse.atMs > sentMs) {
          // Others were answered meanwhile: a pooler that has no connection free lets this one wait.
          onBusy?.(new DatabaseBusy(BUSY.sentence));
          this.#shrink();
        } else if (!isUsed || isUnanswered) throw asUnconnected(error);
        // One that was kept may have been cut meanwhile, by a time-out for idle sessions for example.
      }
    }
  }

  /** Ends the transaction and gives the connection back. */
  async end(client: PoolClient): Promise<void> {
    try {
      await client.query({ text: 'COMMIT', query_timeout: BEGIN_TIMEOUT_MS } as pg.QueryConfig);
      this.settings.pulse.atMs = performance.now();
      client.release();
    } catch {
      client.release(true);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #take(givenUp: Promise<never>, onBusy: BeginOptions['onBusy']): Promise<PoolClient> {
    for (;;) {
      const connecting = this.#pool.connect();
      try {
        return await Promise.race([connecting, givenUp]);
      } catch (error) {
        connecting.then(
          (client) => client.release(),
          () => undefined,
        );
        const fault = asUnconnected(error);
        if (!(fault instanceof DatabaseBusy) || fault === error) throw fault;
        onBusy?.(fault);
      }
      this.#shrink();
      if (this.#pool.totalCount === 0) await Promise.race([sleep(RETRY_MS), givenUp]);
    }
  }

  /** For a while the pool makes do with the connections that it has: everybody waits for these, in turn. */
  #shrink(): void {
    this.#pool.options.max = Math.max(1, this.#pool.totalCount);
    setTimeout(() => (this.#pool.options.max = this.settings.size), FULL_MS).unref();
  }
}

/** The pool has no time-out of its own: a caller waits as long as it likes. */
function makeApiClient(settings: ClientSettings): pg.Client {
  const client = makeClient({ ...settings, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A connection that breaks during a statement fails the statement; unheard, the event would end the process too.
  client.on('error', () => undefined);
  return client;
}
