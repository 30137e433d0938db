import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import pg, { type PoolClient, type PoolConfig } from 'pg';
import { asDatabaseUnavailable } from './database-unavailable.js';
import { asText, frameOf, withoutRows, type ResponseShape } from './response-shape.js';
import type { Statement } from './statement.js';
import { TextColumn } from './text-column.js';

/** Streams of rows, and beside them what is small and must not wait for them: health, metrics, the data version. */
const STREAM_CONNECTIONS = 8;
const CONTROL_CONNECTIONS = 2;
/** A connection that hangs while it is being made gives its place in the pool back after this time. */
const CONNECT_TIMEOUT_MS = 3_000;
/** How long a request may wait for a connection while all are busy. */
const WAIT_TIMEOUT_MS = 20_000;
/** A small statement takes milliseconds: a database that does not answer one for so long hangs. */
const CONTROL_TIMEOUT_MS = 10_000;
const PING_TIMEOUT_MS = 3_000;
/** After so long a stream makes sure that the database still answers. */
const PATIENCE_MS = 2_000;

// Nobody waits longer for a dashboard; and what is being compiled for a scan of ten years costs more than it saves.
const SESSION = '-c default_transaction_read_only=on -c statement_timeout=30000 -c jit=off';

/**
 * Reads the schema `reporting`. Connects when first used, so it can be made while the database is away. Every method
 * throws DatabaseUnavailable when the database is away, hangs, or is not migrated.
 */
export class ReportingDatabase {
  readonly #streams: pg.Pool;
  readonly #control: pg.Pool;
  #pinging: Promise<void> | undefined;

  /** @param onFault hears of connections that break while nothing runs over them. */
  constructor(databaseUrl: string, onFault: (error: Error) => void) {
    const pool = (settings: PoolConfig) => {
      const made = new pg.Pool({
        connectionString: databaseUrl,
        Client: makeClient as unknown as typeof pg.Client,
        keepAlive: true,
        options: SESSION,
        application_name: 'cost-monitoring-api',
        ...settings,
      });
      made.on('error', onFault);
      return made;
    };
    this.#streams = pool({ max: STREAM_CONNECTIONS, connectionTimeoutMillis: WAIT_TIMEOUT_MS });
    this.#control = pool({
      max: CONTROL_CONNECTIONS,
      connectionTimeoutMillis: CONTROL_TIMEOUT_MS,
      query_timeout: CONTROL_TIMEOUT_MS,
    });
  }

  /** Whether somebody waits for a connection of those that stream. */
  get isBusy(): boolean {
    return this.#streams.waitingCount > 0;
  }

  /** All rows of a small result, which waits for no stream. */
  async list<Row extends object>({ text, values }: Statement, timeoutMs?: number): Promise<Row[]> {
    const client = await connect(this.#control);
    try {
      const config = { text, values: [...values], ...(timeoutMs !== undefined && { query_timeout: timeoutMs }) };
      const { rows } = await client.query<Row>(config);
      client.release();
      return rows;
    } catch (error) {
      // The connection may still be busy with the statement that failed.
      client.release(true);
      throw asDatabaseUnavailable(error);
    }
  }

  /** Whether the database answers: one statement, for all that want to know at the same time. */
  ping(): Promise<void> {
    this.#pinging ??= this.list({ cluster: undefined, text: 'SELECT', values: [] }, PING_TIMEOUT_MS)
      .then(() => undefined)
      .finally(() => (this.#pinging = undefined));
    return this.#pinging;
  }

  /** The column `name` of all rows, which may take as long as a stream. */
  async listNames(statement: Statement): Promise<string[]> {
    const body = await this.stream(statement, 'names');
    return body ? (JSON.parse(await textOf(body)) as string[]) : [];
  }

  /**
   * The rows of a statement as one text, piece by piece, once the first piece is there; undefined: there are none. Postgres
   * works on while a piece is being sent, and waits when pieces are not taken. Destroying the stream cancels the statement.
   */
  async stream(statement: Statement, shape: ResponseShape): Promise<Readable | undefined> {
    const pieces = this.#pieces(statement, shape);
    const first = await pieces.next();
    if (first.value === withoutRows(shape)) {
      await pieces.return(undefined);
      return undefined;
    }
    const all = async function* () {
      if (first.done) return;
      yield first.value;
      yield* pieces;
    };
    const rows = Readable.from(all(), { objectMode: false });
    // A reader may go before it has taken anything, and a generator that was not begun has no `finally`.
    rows.once('close', () => void pieces.return(undefined));
    return rows;
  }

  async *#pieces(statement: Statement, shape: ResponseShape): AsyncGenerator<string, void, undefined> {
    const client = await this.#connectStream();
    const texts = new TextColumn(client, asText(statement, shape));
    const { opening, beforeFirst, between, closing } = frameOf(shape);
    let failed = false;
    try {
      let begun = false;
      for (;;) {
        const { texts: batch, last } = await this.#attend(texts.read());
        const before = begun ? between : opening + beforeFirst;
        const lines = batch.length > 0 ? before + batch.join(between) : begun ? '' : opening;
        begun = true;
        if (!last) yield lines;
        else return yield lines + closing;
      }
    } catch (error) {
      failed = true;
      throw asDatabaseUnavailable(error);
    } finally {
      // A database that does not answer takes no cancellation either: those of all streams would queue before its pings.
      if (!texts.ended && !failed) this.#cancel(client);
      client.release(!texts.ended);
    }
  }

  async #connectStream(): Promise<PoolClient> {
    const connecting = connect(this.#streams);
    try {
      return await this.#attend(connecting);
    } catch (error) {
      // A connection that comes too late goes back.
      connecting.then(
        (client) => client.release(),
        () => undefined,
      );
      throw error;
    }
  }

  /** Waits for as long as the database answers others: a long statement may take its time, one that hangs may not. */
  async #attend<Value>(work: Promise<Value>): Promise<Value> {
    const done = work.then(
      () => true,
      () => true,
    );
    while (!(await Promise.race([done, sleep(PATIENCE_MS, false, { ref: false })]))) {
      await Promise.race([done, this.ping()]);
    }
    return work;
  }

  /** A statement whose reader has gone would otherwise run until it has something to send. */
  #cancel(client: PoolClient): void {
    const { processID } = client as unknown as { processID: number | null };
    if (processID === null) return;
    const cancel = { cluster: undefined, text: 'SELECT pg_cancel_backend($1)', values: [processID] };
    this.list(cancel, PING_TIMEOUT_MS).catch(() => undefined);
  }

  /** Ends the connections; statements under way end first. */
  async close(): Promise<void> {
    await Promise.all([this.#streams.end(), this.#control.end()]);
  }
}

/** A constructor for the pool, whose own time-out is for waiting and connecting together. */
function makeClient(config: pg.ClientConfig): pg.Client {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A connection that breaks during a statement fails the statement; unheard, the event would end the process too.
  client.on('error', () => undefined);
  return client;
}

async function connect(pool: pg.Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw asDatabaseUnavailable(error);
  }
}
