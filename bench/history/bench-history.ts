import { join } from 'node:path';
import { addDays } from '#libs/domain';
import type pg from 'pg';
import { BenchServer, connect } from '../database/bench-server.js';
import { fillHistory } from '../database/made-up-history.js';
import { questionsOf, questionsOfHealth, type Question } from '../database/questions.js';
import { askAsTheApiDoes, compareServerTime, keepPlan } from '../database/server-time.js';
import { formatBytes, formatCount, type Report } from '../report.js';
import type { Sizes } from '../sizes.js';

const CLUSTER = 'hub-cluster';
const UNTIL = '2026-11-01';
const SHORT_DAYS = 90;
const QUESTION_DAYS = 30;

/** Every question over 30 days, of a database with `--days` (1,096) of `--users` (10,000) and of one with 90 days. */
export async function benchHistory(sizes: Sizes, report: Report): Promise<void> {
  const { users = 10_000, days = 1_096, runs = 5, plansFolder } = sizes;
  report.section('History: the same questions as it grows');
  const server = await BenchServer.start({ fsync: false });
  const clients: pg.Client[] = [];
  try {
    for (const count of [SHORT_DAYS, days]) {
      const client = await connect(await server.createDatabase(`history_of_${count}_days`));
      clients.push(client);
      const size = { clusters: [CLUSTER], usersPerCluster: users, days: count, until: UNTIL };
      await fillHistory(client, size, (text) => report.progress(`${count} days: ${text}`));
      await askAsTheApiDoes(client);
    }
    const [short, long] = clients as [pg.Client, pg.Client];
    report.table(
      ['rows', `${SHORT_DAYS} days`, `${formatCount(days)} days`],
      await compareSizes(short, long, ['user_costs', 'user_usage', 'group_memberships', 'sync_runs']),
    );
    const scope = { cluster: CLUSTER, window: { from: addDays(UNTIL, -QUESTION_DAYS), until: UNTIL }, hubs: undefined };
    const rows: string[][] = [];
    for (const question of [...questionsOf(scope), ...questionsOfHealth(scope)]) {
      report.progress(question.name);
      const asked = (client: pg.Client) => ({ client, question });
      rows.push([question.name, ...(await compareServerTime(asked(short), asked(long), runs))]);
      if (plansFolder) await keepBothPlans(plansFolder, short, long, question);
    }
    report.table(['30 days of', 'rows', `of ${SHORT_DAYS} days`, `of ${formatCount(days)} days`, 'ratio'], rows);
  } finally {
    for (const client of clients) await client.end();
    await server.stop();
  }
}

async function compareSizes(short: pg.Client, long: pg.Client, tables: readonly string[]): Promise<string[][]> {
  const rows: string[][] = [];
  for (const table of tables) rows.push([table, await sizeOf(short, table), await sizeOf(long, table)]);
  return rows;
}

async function sizeOf(client: pg.Client, table: string): Promise<string> {
  const { rows } = await client.query<{ count: string; bytes: string }>(
    `SELECT (SELECT count(*) FROM ${table}) AS count, pg_total_relation_size('${table}') AS bytes`,
  );
  return `${formatCount(Number(rows[0]!.count))} (${formatBytes(Number(rows[0]!.bytes))})`;
}

async function keepBothPlans(folder: string, short: pg.Client, long: pg.Client, question: Question): Promise<void> {
  await keepPlan({ client: short, question }, join(folder, 'short'));
  await keepPlan({ client: long, question }, join(folder, 'long'));
}
