import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Statement } from '#libs/database';
import pg from 'pg';
import { connect } from '../database/bench-server.js';
import { timed } from '../timing.js';

const run = promisify(execFile);

/** Who runs a statement for comparison. */
export const hasPsql = await run('psql', ['--version']).then(
  () => true,
  () => false,
);

export interface PsqlTimes {
  /** From sending the statement to having every row, by psql's own `\\timing`: neither printing nor starting up. */
  readonly statementMs: number;
  /** From starting psql to its end, the rows printed to /dev/null. */
  readonly wholeMs: number;
}

/** How long psql takes for a statement. Where there is no psql, a bare pg client, once connected and in all. */
export async function timePsql(databaseUrl: string, statement: Statement): Promise<PsqlTimes> {
  const sql = withLiterals(statement);
  const started = performance.now();
  const statementMs = hasPsql ? await runPsql(databaseUrl, sql) : await runClient(databaseUrl, sql);
  return { statementMs, wholeMs: performance.now() - started };
}

async function runPsql(databaseUrl: string, sql: string): Promise<number> {
  const running = run('psql', ['-X', '-q', '-A', '-t', '-f', '-', databaseUrl], { maxBuffer: 1024 });
  running.child.stdin!.end(`SET jit = off;\n\\o /dev/null\n\\timing on\n${sql};\n`);
  const { stdout } = await running;
  return Number(/Time: ([\d.]+) ms/.exec(stdout)![1]);
}

async function runClient(databaseUrl: string, sql: string): Promise<number> {
  const client = await connect(databaseUrl);
  try {
    await client.query('SET jit = off');
    return await timed(() => client.query({ text: sql, rowMode: 'array' }));
  } finally {
    await client.end();
  }
}

function withLiterals({ text, values }: Statement): string {
  return text.replaceAll(/\$(\d+)/g, (_, place: string) => literal(values[Number(place) - 1]));
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'string' ? pg.escapeLiteral(value) : String(value);
}
