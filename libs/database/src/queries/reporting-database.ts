import { Client, Pool, type ClientConfig, type PoolClient } from 'pg';
import { DatabasePulse } from './database-pulse.js';
import { ChangeFeed } from './change-feed.js';
import { asDatabaseUnavailable } from './database-unavailable.js';
import { asText, frameOf, type AnswerShape } from './answer-shape.js';
import type { Statement } from './statement.js';
import { TextColumn } from './text-column.js';

const CONNECTIONS = 10;
/** A connection that hangs while it is being made gives its place in the pool back after this time. */
const CONNECT_TIMEOUT_MS = 3000;
/** How long a question may wait for its turn while the database is busy with others. */
const TURN_TIMEOUT_MS = 20_000;

// Nobody waits longer for a dashboard; and what is being compiled for a scan of ten years costs more than it saves.
const SESSION = '-c default_transaction_read_only=on -c statement_timeout=30000 -c jit=off';

class TimelyClient extends Client {
  constructor(config?: string | ClientConfig) {
    super({ ...(typeof config === 'object' ? config : {}), connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    // A connection that breaks during a question fails the question; unheard, the event would end the process too.
    this.on('error', () => undefined);
  }
}

/**
 * Reads the schema `reporting`. Connects when first asked, so it can be made while the database is away. Every method
 * throws DatabaseUnavailable when the database is away, hangs, or is not migrated.
 */
export class ReportingDatabase {
  readonly pulse: DatabasePulse;
  readonly changes: ChangeFeed;
  readonly #pool: Pool;

  /** @param onFault hears of connections that break while no question is asked over them. */
  constructor(databaseUrl: string, onFault: (error: Error) => void) {
    this.pulse = new DatabasePulse(databaseUrl);
    this.#pool = new Pool({
      connectionString: databaseUrl,
      Client: TimelyClient,
      max: CONNECTIONS,
      connectionTimeoutMillis: TURN_TIMEOUT_MS,
      keepAlive: true,
      options: SESSION,
      application_name: 'cost-monitoring-api',
    });
    this.#pool.on('error', onFault);
    const announce = (channel: string) => this.list({ text: `SELECT pg_notify($1, '')`, values: [channel] });
    this.changes = new ChangeFeed(databaseUrl, announce, onFault);
  }

  /** All rows of a small answer. */
  async list<Row extends object>(statement: Statement): Promise<Row[]> {
    return this.#withClient(async (client) => {
      const result = await this.pulse.attend(client.query<Row>(statement.text, [...statement.values]));
      return result.rows;
    });
  }

  /**
   * An answer as one text, piece by piece. Postgres works on while a piece is being sent, and waits when pieces are not
   * taken. Whoever stops reading early ends the connection by ending the generator.
   */
  async *stream(statement: Statement, shape: AnswerShape): AsyncGenerator<string, void, undefined> {
    const client = await this.#connect();
    const texts = new TextColumn(client, asText(statement, shape));
    const { opening, beforeFirst, between, closing } = frameOf(shape);
    try {
      let begun = false;
      for (;;) {
        const { texts: batch, last } = await this.pulse.attend(texts.read());
        const before = begun ? between : opening + beforeFirst;
        const lines = batch.length > 0 ? before + batch.join(between) : begun ? '' : opening;
        begun = true;
        if (!last) yield lines;
        else return yield lines + closing;
      }
    } catch (error) {
      throw asDatabaseUnavailable(error);
    } finally {
      client.release(!texts.ended);
    }
  }

  /** Ends the connections; questions under way are answered first. */
  async close(): Promise<void> {
    await this.changes.close();
    await this.#pool.end();
  }

  async #withClient<Value>(work: (client: PoolClient) => Promise<Value>): Promise<Value> {
    const client = await this.#connect();
    try {
      const value = await work(client);
      client.release();
      return value;
    } catch (error) {
      // The connection may still be busy with the question that failed.
      client.release(true);
      throw asDatabaseUnavailable(error);
    }
  }

  async #connect(): Promise<PoolClient> {
    const connecting = this.#pool.connect();
    try {
      return await this.pulse.attend(connecting);
    } catch (error) {
      // A turn that comes too late is passed on.
      connecting.then(
        (client) => client.release(),
        () => undefined,
      );
      throw asDatabaseUnavailable(error);
    }
  }
}
