import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient, QueryConfig } from 'pg';
import { cancelStatement } from '../cancel-statement.js';
import { BUSY, TOO_LONG } from '../database-fault.js';
import { WITHOUT_NESTED_LOOPS } from '../session-settings.js';
import { ConnectionPool } from './connection-pool.js';
import { asDatabaseUnavailable, DatabaseBusy, DatabaseUnavailable } from './database-unavailable.js';
import { asText, frameOf, withoutRows, type ResponseShape } from './response-shape.js';
import type { Statement } from './statement.js';
import { TextColumn } from './text-column.js';

/** How long a request may wait for a connection while all are busy. */
const WAIT_TIMEOUT_MS = 20_000;
/** A small statement takes milliseconds: a database that does not answer one for so long hangs. */
const CONTROL_TIMEOUT_MS = 10_000;
/** After so long a stream makes sure that the database still answers. */
const PATIENCE_MS = 2_000;
/** With fewer connections than this, one does what must not wait for streams, else two. */
const MANY_CONNECTIONS = 6;

/**
 * Reads the schema `reporting`. Connects when first used, so it can be made while the database is away. Every method
 * throws DatabaseUnavailable when the database is away, hangs, or is not migrated.
 */
export class ReportingDatabase {
  /** Streams of rows, and beside them what is small and must not wait for them: health, metrics, the data version. */
  readonly #streams: ConnectionPool;
  readonly #control: ConnectionPool;
  #pinging: Promise<void> | undefined;
  /** Most streams at once. */
  readonly streamCount: number;

  /**
   * @param onFault hears of connections that break while nothing runs over them.
   * @param poolSize most connections at once, 2 at least.
   */
  constructor(databaseUrl: string, onFault: (error: Error) => void, poolSize = 10) {
    const controls = poolSize < MANY_CONNECTIONS ? 1 : 2;
    this.streamCount = poolSize - controls;
    const shared = { databaseUrl, onFault, pulse: { atMs: 0 } };
    this.#streams = new ConnectionPool({ ...shared, size: this.streamCount, kept: 0 });
    // Kept, since a server that is full would not give another.
    this.#control = new ConnectionPool({ ...shared, size: controls, kept: 1 });
  }

  /** Whether somebody waits for a connection of those that stream. */
  get isBusy(): boolean {
    return this.#streams.waitingCount > 0;
  }

  /** All rows of a small result, which waits for no stream. */
  async list<Row extends object>(statement: Statement, timeoutMs = CONTROL_TIMEOUT_MS): Promise<Row[]> {
    let busy: DatabaseBusy | undefined;
    const late = after(CONTROL_TIMEOUT_MS, () => busy ?? new DatabaseUnavailable(TOO_LONG.sentence));
    const client = await this.#control.begin(late.promise, { onBusy: (fault) => (busy = fault) }).finally(late.stop);
    try {
      const { text, values } = statement;
      const config = { text, values: [...values], query_timeout: timeoutMs };
      const { rows } = await client.query<Row>(config as QueryConfig);
      void this.#control.end(client);
      return rows;
    } catch (error) {
      // The connection may still be busy with the statement that failed.
      client.release(true);
      throw asDatabaseUnavailable(error);
    }
  }

  /** Whether the database answers, be it that it is full: one statement, for all that want to know at the same time. */
  ping(): Promise<void> {
    this.#pinging ??= this.#ping().finally(() => (this.#pinging = undefined));
    return this.#pinging;
  }

  async #ping(): Promise<void> {
    const late = after(CONTROL_TIMEOUT_MS, () => new DatabaseUnavailable(TOO_LONG.sentence));
    const answer = new Promise<void>((resolve, reject) => {
      this.#control
        .begin(late.promise, { onBusy: () => resolve() })
        .then((client) => resolve(this.#control.end(client)), reject);
    });
    await answer.finally(late.stop);
  }

  /** The column `name` of all rows, which may take as long as a stream. The signal cancels it. */
  async listNames(statement: Statement, signal?: AbortSignal): Promise<string[]> {
    const body = await this.stream(statement, 'names', signal);
    return body ? (JSON.parse(await textOf(body)) as string[]) : [];
  }

  /** All rows of a result that may take as long as a stream; amounts must be text, to stay exact. */
  async listRows<Row extends object>(statement: Statement, signal?: AbortSignal): Promise<Row[]> {
    const body = await this.stream(statement, 'rows', signal);
    return body ? (JSON.parse(await textOf(body)) as Row[]) : [];
  }

  /**
   * The rows of a statement as one text, piece by piece, once the first piece is there; undefined: there are none. Postgres
   * works on while a piece is being sent, and waits when pieces are not taken. Destroying the stream cancels the statement,
   * and so does the signal.
   */
  async stream(statement: Statement, shape: ResponseShape, signal?: AbortSignal): Promise<Readable | undefined> {
    const pieces = this.#pieces(statement, shape, signal);
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

  async *#pieces(
    statement: Statement,
    shape: ResponseShape,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<string, void, undefined> {
    const gone = whenAborted(signal);
    const client = await this.#connectStream(gone, statement.joinsMany ? [WITHOUT_NESTED_LOOPS] : []);
    const texts = new TextColumn(client, asText(statement, shape));
    const { opening, beforeFirst, between, closing } = frameOf(shape);
    let isUnanswered = false;
    try {
      let begun = false;
      for (;;) {
        const { texts: batch, last } = await this.#attend(texts.read(), gone);
        const before = begun ? between : opening + beforeFirst;
        const lines = batch.length > 0 ? before + batch.join(between) : begun ? '' : opening;
        begun = true;
        if (!last) yield lines;
        else return yield lines + closing;
      }
    } catch (error) {
      isUnanswered = !(error instanceof ReaderGone);
      throw asDatabaseUnavailable(error);
    } finally {
      if (texts.ended) void this.#streams.end(client);
      else void this.#abandon(client, isUnanswered);
    }
  }

  async #connectStream(gone: Promise<never>, settings: readonly string[]): Promise<PoolClient> {
    const late = after(WAIT_TIMEOUT_MS, () => new DatabaseBusy(BUSY.sentence));
    const beginning = this.#streams.begin(Promise.race([late.promise, gone]), { settings });
    try {
      return await this.#attend(beginning, gone);
    } catch (error) {
      // A connection that comes too late goes back.
      beginning.then(
        (client) => this.#streams.end(client),
        () => undefined,
      );
      throw error;
    } finally {
      late.stop();
    }
  }

  /** Waits for as long as the database answers others: a long statement may take its time, one that hangs may not. */
  async #attend<Value>(work: Promise<Value>, gone: Promise<never>): Promise<Value> {
    const done = work.then(
      () => true,
      () => true,
    );
    while (!(await Promise.race([done, gone, sleep(PATIENCE_MS, false, { ref: false })]))) {
      await Promise.race([done, gone, this.ping()]);
    }
    return work;
  }

  /** A statement whose reader has gone would otherwise run until it has something to send. */
  async #abandon(client: PoolClient, isUnanswered: boolean): Promise<void> {
    // A database that does not answer takes no cancellation either.
    if (!isUnanswered) await cancelStatement(client);
    client.release(true);
  }

  /** Ends the connections; statements under way end first. */
  async close(): Promise<void> {
    await Promise.all([this.#streams.close(), this.#control.close()]);
  }
}

/** Nobody is there any more for whom the statement runs. */
class ReaderGone extends DatabaseUnavailable {}

function whenAborted(signal: AbortSignal | undefined): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    if (signal?.aborted) reject(new ReaderGone('nobody waits for the response any more'));
    signal?.addEventListener('abort', () => reject(new ReaderGone('nobody waits for the response any more')), {
      once: true,
    });
  });
  aborted.catch(() => undefined);
  return aborted;
}

/** Rejects after a time, unless it is stopped. */
function after(ms: number, error: () => Error): { readonly promise: Promise<never>; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(error()), ms);
    timer.unref();
  });
  promise.catch(() => undefined);
  return { promise, stop: () => clearTimeout(timer) };
}
