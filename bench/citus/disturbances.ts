import { addDays, type Day } from '#libs/domain';
import type { CitusServers } from '../../test/citus/citus-servers.js';
import { connect } from '../bench-server.js';
import { formatMs, type Report } from '../report.js';
import { timed } from '../timing.js';
import type { Both } from './bench-citus.js';
import { storeDayOfEach, storeDays } from './many-clusters.js';

const PLACEMENTS = `
  SELECT nodename AS host, nodeport AS port, shardid AS shard FROM pg_dist_shard_placement
  WHERE shardid = get_shard_id_for_distribution_column('cost_days', $1::text)`;

/** Moves the cluster's shards to the other worker while days of the cluster are stored. */
export async function moveShardWhileStoring(
  url: string,
  cluster: string,
  { from, users }: { from: Day; users: number },
  report: Report,
): Promise<void> {
  report.progress('moving a shard');
  const client = await connect(url);
  const { rows } = await client.query<{ host: string; port: number; shard: string }>(PLACEMENTS, [cluster]);
  const { host, port, shard } = rows[0]!;
  const others = await client.query<{ port: number }>(
    `SELECT nodeport AS port FROM pg_dist_node WHERE shouldhaveshards AND nodeport <> $1`,
    [port],
  );
  const { rows: size } = await client.query<{ size: string }>(
    `SELECT pg_size_pretty(sum(shard_size)) AS size FROM citus_shards JOIN pg_dist_shard USING (shardid)
     WHERE shardminvalue = (SELECT shardminvalue FROM pg_dist_shard WHERE shardid = $1)`,
    [shard],
  );
  const move = { isOver: false };
  const moving = timed(() =>
    client.query(`SELECT citus_move_shard_placement($1, $2, $3, $2, $4, shard_transfer_mode => 'block_writes')`, [
      shard,
      host,
      port,
      others.rows[0]!.port,
    ]),
  ).finally(() => (move.isOver = true));
  const times: number[] = [];
  for (let day = from; !move.isOver; day = addDays(day, 1)) {
    times.push(await timed(() => storeDays(url, cluster, [day], users)));
  }
  report.note(
    `Moving the shard of a cluster (${size[0]!.size}) took ${formatMs(await moving)}. Days of it stored meanwhile: ` +
      `${times.map(formatMs).join(', ')}; none failed.`,
  );
  await client.end();
}

/** Kills a worker while a day of each cluster is stored, starts it again, and stores the same day of each cluster once more. */
export async function killWorkerWhileStoring(
  both: Both,
  servers: CitusServers,
  clusters: readonly string[],
  task: { day: Day; users: number; parallel: number },
  report: Report,
): Promise<void> {
  report.progress('killing a worker');
  const before = await totals(both.citus, task.day, 'day <');
  let killed: Promise<void> | undefined;
  const failed = await storeDayOfEach(both.citus, clusters, task, (stored) => {
    if (stored >= clusters.length / 4) killed ??= servers.workers[0]!.kill();
  });
  await killed;
  await servers.workers[0]!.restart();
  const left = await totals(both.citus, task.day, 'day <');
  const halves = (await totals(both.citus, task.day, 'day =')).filter((one) => !one.isWhole).length;
  const again = await storeDayOfEach(both.citus, clusters, task);
  await storeDayOfEach(both.plain, clusters, task);
  const [found, expected] = [await totals(both.citus, task.day, 'day ='), await totals(both.plain, task.day, 'day =')];
  report.note(
    `A worker was killed while a day of ${clusters.length} clusters was stored: ${failed.size} syncs failed ` +
      `(${[...new Set([...failed.values()].map((text) => text.split('\n')[0]))].join('; ')}), ${halves} clusters had half a day, earlier days ` +
      `${JSON.stringify(left) === JSON.stringify(before) ? 'stayed' : 'CHANGED'}. Stored again: ${again.size} failed, figures ` +
      `${JSON.stringify(found) === JSON.stringify(expected) ? 'as on one server' : 'OTHER THAN ON ONE SERVER'}.`,
  );
}

/** What the users of each cluster bear, and whether it adds up to the cost. */
async function totals(url: string, day: Day, compared: 'day <' | 'day =') {
  const client = await connect(url);
  const { rows } = await client.query<{ cluster: string; usd: string; isWhole: boolean }>(
    `SELECT cluster, sum(borne_usd) AS usd, sum(borne_usd) = sum(cost_usd) AS "isWhole"
     FROM (
       SELECT cluster, direct_usd + shared_usd AS borne_usd, 0 AS cost_usd FROM user_costs WHERE ${compared} $1
       UNION ALL SELECT cluster, 0, amount_usd FROM attributed_costs WHERE ${compared} $1
     ) parts GROUP BY cluster ORDER BY cluster`,
    [day],
  );
  await client.end();
  return rows;
}
