import { parentPort, workerData } from 'node:worker_threads';
import type { StatementDocument } from '#libs/domain';
import { writeStatement, type StatementFormat } from './write-statement.js';

const { document, format } = workerData as { document: StatementDocument; format: StatementFormat };
const body = await writeStatement(document, format);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is of windows
parentPort?.postMessage(new Uint8Array(body));
