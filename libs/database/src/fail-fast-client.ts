import pg from 'pg';

/** What pg says when a statement exceeds `query_timeout`; it has no class or code of its own. */
const READ_TIMEOUT = 'Query read timeout';

/**
 * A connection that is cut when the server does not answer in time. pg alone gives the statement up but keeps the
 * connection, with the unanswered statement in front of everything that the pool sends over it afterwards. A cut
 * connection leaves the pool, whoever holds it learns of that at once, and the server ends its transaction and its
 * locks.
 */
export class FailFastClient extends pg.Client {
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
