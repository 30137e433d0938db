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

/**
 * How long psql takes for a statement: its own `\timing`, from sending it to having every row, without printing them or
 * starting up. Where there is no psql, the same with a bare pg client.
 */
export async function timePsql(databaseUrl: string, statement: Statement): Promise<number> {
  const sql = withLiterals(statement);
  if (!hasPsql) {
    const client = await connect(databaseUrl);
    try {
      await client.query('SET jit = off');
      return await timed(() => client.query({ text: sql, rowMode: 'array' }));
    } finally {
      await client.end();
    }
  }
  const child = run('psql', ['-X', '-q', '-A', '-t', '-f', '-', databaseUrl], { maxBuffer: 1024 });
  child.child.stdin!.end(`SET jit = off;\n\\o /dev/null\n\\timing on\n${sql};\n`);
  const { stdout } = await child;
  return Number(/Time: ([\d.]+) ms/.exec(stdout)![1]);
}

function withLiterals({ text, values }: Statement): string {
  return text.replaceAll(/\$(\d+)/g, (_, place: string) => literal(values[Number(place) - 1]));
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'string' ? pg.escapeLiteral(value) : String(value);
}
