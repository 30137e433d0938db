import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { StatementDocument } from '#libs/domain';
import type { StatementFormat } from './write-statement.js';

/** Layout takes memory by the row; a statement that needs more fails, and the process lives. */
const LIMITS = { maxOldGenerationSizeMb: 512 } as const;

const besideUs = fileURLToPath(new URL('worker.js', import.meta.url));
/** Tests run the sources, and a worker what is built of them. */
const WORKER = existsSync(besideUs) ? besideUs : join(process.cwd(), 'dist', 'libs', 'statements', 'src', 'worker.js');

/** Writes statements in a thread of their own, one at a time: layout would hold up every other request for a second. */
export class StatementWriter {
  #last: Promise<unknown> = Promise.resolve();

  write(document: StatementDocument, format: StatementFormat, signal?: AbortSignal): Promise<Buffer> {
    const next = this.#last.then(() => inWorker(document, format, signal));
    this.#last = next.catch(() => undefined);
    return next;
  }
}

async function inWorker(document: StatementDocument, format: StatementFormat, signal?: AbortSignal): Promise<Buffer> {
  signal?.throwIfAborted();
  const worker = new Worker(WORKER, { workerData: { document, format }, resourceLimits: LIMITS });
  const end = () => void worker.terminate();
  signal?.addEventListener('abort', end, { once: true });
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      worker.once('message', (bytes: Uint8Array) => resolve(Buffer.from(bytes)));
      worker.once('error', reject);
      worker.once('exit', (status) => reject(new Error(`the statement's writer ended with status ${status}`)));
    });
  } finally {
    signal?.removeEventListener('abort', end);
  }
}
