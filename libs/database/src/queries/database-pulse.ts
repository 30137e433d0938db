import { Socket } from 'node:net';
import { Client } from 'pg';
import { asDatabaseUnavailable, DatabaseUnavailable } from './database-unavailable.js';
import { doneWithin } from './done-within.js';

const PATIENCE_MS = 500;
const PULSE_TIMEOUT_MS = 900;

/**
 * Tells a database that takes long from one that hangs. Work that is not done after half a second goes on only while
 * the database answers somebody else: a new connection, asked for nothing. So a long question may take its time, and a
 * dead database is known within 1.4 s, at whatever step it died.
 */
export class DatabasePulse {
  #beat: Promise<void> | undefined;

  constructor(private readonly databaseUrl: string) {}

  /** The work's own outcome. @throws DatabaseUnavailable when the database hangs before the work is done. */
  async attend<Value>(work: Promise<Value>): Promise<Value> {
    const done = work.then(
      () => true,
      () => true,
    );
    while (!(await doneWithin(done, PATIENCE_MS))) {
      await Promise.race([done, this.beat()]);
    }
    return work;
  }

  /** One new connection and one answer; callers at the same time share it. @throws DatabaseUnavailable */
  beat(): Promise<void> {
    this.#beat ??= this.#ask().finally(() => {
      this.#beat = undefined;
    });
    return this.#beat;
  }

  async #ask(): Promise<void> {
    const socket = new Socket();
    const client = new Client({
      connectionString: this.databaseUrl,
      application_name: 'cost-monitoring-api pulse',
      stream: () => socket,
    });
    // What breaks after the time is up has nobody else to tell.
    client.on('error', () => undefined);
    const answer = client.connect().then(() => client.query('SELECT'));
    answer.catch(() => undefined);
    try {
      const answered = answer.then(() => true);
      if (!(await doneWithin(answered, PULSE_TIMEOUT_MS)))
        throw new DatabaseUnavailable('the database does not answer');
      await client.end();
    } catch (error) {
      throw asDatabaseUnavailable(error);
    } finally {
      socket.destroy();
    }
  }
}
