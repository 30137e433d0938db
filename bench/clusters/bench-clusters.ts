import { addDays } from '#libs/domain';
import type pg from 'pg';
import { BenchServer, connect } from '../database/bench-server.js';
import { fillHistory } from '../database/made-up-history.js';
import { questionsOf, questionsOfHealth } from '../database/questions.js';
import { askAsTheApiDoes, compareServerTime } from '../database/server-time.js';
import { formatCount, type Report } from '../report.js';
import type { Sizes } from '../sizes.js';

const UNTIL = '2026-11-01';
const QUESTION_DAYS = 30;

/** Questions about one cluster that shares its database with `--clusters` (50) in all, and of one that is alone. */
export async function benchClusters(sizes: Sizes, report: Report): Promise<void> {
  const { users = 500, days = 180, clusters: count = 50, runs = 7 } = sizes;
  report.section(`Clusters: ${count} in one database`);
  const clusters = Array.from({ length: count }, (_, index) => `cluster-${String(index).padStart(2, '0')}`);
  const cluster = clusters[Math.floor(count / 2)]!;
  const server = await BenchServer.start({ fsync: false });
  const clients: pg.Client[] = [];
  try {
    for (const [name, together] of [['alone', [cluster]] as const, ['together', clusters] as const]) {
      const client = await connect(await server.createDatabase(name));
      clients.push(client);
      const size = { clusters: together, usersPerCluster: users, days, until: UNTIL };
      await fillHistory(client, size, (text) => report.progress(`${name}: ${text}`));
      await askAsTheApiDoes(client);
    }
    const [alone, together] = clients as [pg.Client, pg.Client];
    report.note(`${formatCount(users)} users and ${formatCount(days)} days in each cluster.`);
    const scope = { cluster, window: { from: addDays(UNTIL, -QUESTION_DAYS), until: UNTIL }, hubs: undefined };
    for (const [title, questions] of [
      ['30 days of one cluster', questionsOf(scope)] as const,
      ['about all clusters', questionsOfHealth(scope)] as const,
    ]) {
      const rows: string[][] = [];
      for (const question of questions) {
        report.progress(question.name);
        const asked = (client: pg.Client) => ({ client, question });
        rows.push([question.name, ...(await compareServerTime(asked(alone), asked(together), runs))]);
      }
      report.table([title, 'rows', 'alone', `among ${count}`, 'ratio'], rows);
    }
  } finally {
    for (const client of clients) await client.end();
    await server.stop();
  }
}
