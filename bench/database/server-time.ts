import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { formatCount, formatMs } from '../report.js';
import { median } from '../timing.js';
import type { Question } from './questions.js';

/** One question, and the database or cluster that it is asked of. */
export interface Asked {
  readonly client: pg.Client;
  readonly question: Question;
}

interface Plan {
  readonly 'Planning Time': number;
  readonly 'Execution Time': number;
  readonly Plan: { readonly 'Actual Rows': number };
}

/**
 * How much longer Postgres takes for the second of two questions than for the first: planning and executing, without
 * sending. Asked by turns, and each once before. Cells: rows, both times, ratio.
 */
export async function compareServerTime(first: Asked, second: Asked, runs: number): Promise<string[]> {
  const times: [number[], number[]] = [[], []];
  let rows = 0;
  for (let run = 0; run <= runs; run += 1) {
    for (const [index, asked] of [first, second].entries()) {
      const plan = await explain(asked);
      rows = plan.Plan['Actual Rows'];
      if (run > 0) times[index]!.push(plan['Planning Time'] + plan['Execution Time']);
    }
  }
  const [one, other] = times.map(median) as [number, number];
  const ratio = median(times[1].map((ms, index) => ms / times[0][index]!));
  return [formatCount(rows), formatMs(one), formatMs(other), ratio.toFixed(2)];
}

async function explain({ client, question }: Asked): Promise<Plan> {
  const { rows } = await client.query<{ 'QUERY PLAN': [Plan] }>(
    `EXPLAIN (ANALYZE, BUFFERS OFF, TIMING OFF, FORMAT JSON) ${question.statement.text}`,
    [...question.statement.values],
  );
  return rows[0]!['QUERY PLAN'][0];
}

/** Writes what EXPLAIN (ANALYZE, BUFFERS) says into a file named after the question. */
export async function keepPlan({ client, question }: Asked, folder: string): Promise<void> {
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (ANALYZE, BUFFERS) ${question.statement.text}`,
    [...question.statement.values],
  );
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${question.name.replaceAll(/[^a-z]+/g, '-')}.txt`);
  await writeFile(file, `${rows.map((row) => row['QUERY PLAN']).join('\n')}\n`);
}

/** The settings of the API's own connections. */
export async function askAsTheApiDoes(client: pg.Client): Promise<void> {
  await client.query(`SET jit = off`);
}
