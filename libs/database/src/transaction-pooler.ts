import { OperatorError } from '#libs/domain';
import type pg from 'pg';
import { makeClient } from './database-client.js';

/** Statements of one connection go to several servers: settings and locks of a session would be somebody else's. */
export class TransactionPoolerError extends OperatorError {
  constructor() {
    super(
      'DATABASE_URL leads to a pooler in transaction mode, which gives each transaction another connection; ' +
        'the sync, migrations and forget need a direct connection, or a pooler in session mode',
    );
  }
}

const ROUNDS = 3;
const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 5_000;

/**
 * Looks which server processes two connections get, one in a transaction and one between transactions. A server's own
 * connections, and those of a pooler in session mode, keep a process each. In transaction mode the second gets the process
 * that the first has just given back, or the first gets another one than before.
 *
 * @throws TransactionPoolerError
 */
export async function refuseTransactionPooler(databaseUrl: string): Promise<void> {
  const [free, held] = [connectionTo(databaseUrl), connectionTo(databaseUrl)];
  try {
    await free.connect();
    await held.connect();
    const own = await processOf(free);
    for (let round = 0; round < ROUNDS; round++) {
      await held.query('BEGIN').catch(refuseStatementMode);
      if ((await processOf(held)) === own) throw new TransactionPoolerError();
      if ((await processOf(free)) !== own) throw new TransactionPoolerError();
      await held.query('ROLLBACK');
    }
  } finally {
    await Promise.allSettled([free.end(), held.end()]);
  }
}

function connectionTo(databaseUrl: string): pg.Client {
  const timeouts = { connectionTimeoutMillis: CONNECT_TIMEOUT_MS, query_timeout: QUERY_TIMEOUT_MS };
  const client = makeClient({ databaseUrl, ...timeouts });
  // A connection that breaks fails its statement; unheard, the event would end the process too.
  client.on('error', () => undefined);
  return client;
}

async function processOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>(`SELECT pg_backend_pid() AS pid`);
  return rows[0]!.pid;
}

/** A pooler in statement mode knows no transactions. */
function refuseStatementMode(error: Error & { code?: string }): never {
  throw error.code === '08P01' ? new TransactionPoolerError() : error;
}
