import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Statement } from '#libs/database/queries';
import pg from 'pg';
import { connect } from '../bench-server.js';
import { timed } from '../timing.js';

const run = promisify(execFile);

/** Whether this machine has psql. */
export const hasPsql = await run('psql', ['--version']).then(
  () => true,
  () => false,
);

/** Milliseconds that psql takes for a statement, its start and its rows to /dev/null included; without psql a pg client. */
export function timePsql(databaseUrl: string, statement: Statement): Promise<number> {
  const sql = withLiterals(statement);
  return timed(() => (hasPsql ? runPsql(databaseUrl, sql) : runClient(databaseUrl, sql)));
}

async function runPsql(databaseUrl: string, sql: string): Promise<void> {
  const running = run('psql', [
    '-X',
    '-q',
    '-A',
    '-t',
    '-v',
    'ON_ERROR_STOP=1',
    '-o',
    '/dev/null',
    '-f',
    '-',
    databaseUrl,
  ]);
  running.child.stdin!.end(`SET jit = off;\n${sql};\n`);
  await running;
}

async function runClient(databaseUrl: string, sql: string): Promise<void> {
  const client = await connect(databaseUrl);
  try {
    await client.query('SET jit = off');
    await client.query({ text: sql, rowMode: 'array' });
  } finally {
    await client.end();
  }
}

function withLiterals({ text, values }: Statement): string {
  return text.replaceAll(/\$(\d+)/g, (_, place: string) => literal(values[Number(place) - 1]));
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (Array.isArray(value)) return `ARRAY[${value.map(literal).join(', ')}]`;
  return typeof value === 'string' ? pg.escapeLiteral(value) : String(value);
}
