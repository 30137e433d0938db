import { createDataSource, migrate, SessionLostError, SyncSession } from '#libs/database';
import { startPostgres, type EmbeddedPostgres } from '#libs/embedded';
import { MEASURES } from '#libs/prometheus';
import type { DataSource } from 'typeorm';
import { BASIS, CLUSTER, dayCosts, HUB_POLICY } from './stored-cluster.js';

describe('a database that accepts connections and never answers', () => {
  let server: EmbeddedPostgres;
  let dataSource: DataSource;

  beforeAll(async () => {
    server = await startPostgres({ fsync: false });
    dataSource = await createDataSource(server.url, {
      applicationName: 'hanging',
      poolSize: 4,
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 5_000,
    }).initialize();
    await migrate(dataSource, MEASURES);
  });

  afterAll(async () => {
    server.resume();
    await dataSource.destroy();
    await server.stop();
  });

  it('fails each statement in time, and is used again as soon as it answers', async () => {
    await dataSource.query(`SELECT 1`);
    server.pause();
    const began = Date.now();
    const attempts = await Promise.allSettled(Array.from({ length: 6 }, () => dataSource.query(`SELECT 1`)));
    expect(attempts.map((attempt) => attempt.status)).toEqual(Array(6).fill('rejected'));
    expect(Date.now() - began).toBeLessThan(60_000);
    server.resume();
    await expect(dataSource.query(`SELECT 1 AS one`)).resolves.toEqual([{ one: 1 }]);
  });

  it('ends a session, whose lock is free again afterwards', async () => {
    const session = (await SyncSession.open(dataSource, CLUSTER))!;
    const run = await session.recordRunStarted({ source: 'cost-explorer', trigger: 'once' });
    server.pause();
    const attempt = session.replaceCostDay(run, dayCosts([['prod', 'compute', '1']]), BASIS, HUB_POLICY);
    await expect(attempt).rejects.toThrow('timeout');
    await expect(session.findLatestRun('cost-explorer')).rejects.toThrow(SessionLostError);
    await session.close();
    server.resume();
    let next: SyncSession | undefined;
    while (!next) next = await SyncSession.open(dataSource, CLUSTER);
    expect(await next.findLatestRun('cost-explorer')).toMatchObject({ id: run, status: 'failed' });
    expect(await dataSource.query(`SELECT * FROM cost_days`)).toEqual([]);
    await next.close();
  });
});
