import { createDataSource, findLockHolder, RunTakenOverError, SessionLostError, SyncSession } from '#libs/database';
import type { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { BASIS, CLUSTER, DAY, dayCosts, HUB_POLICY, readings, settled } from './stored-cluster.js';

describe('a sync session', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let other: DataSource;

  beforeEach(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, { applicationName: 'first' }).initialize();
    other = await createDataSource(database.url, { applicationName: 'second' }).initialize();
  });

  afterEach(async () => {
    await dataSource.destroy();
    await other.destroy();
    await database.drop();
  });

  /** Ends the connection that holds the lock, as an administrator or a broken network does. */
  const killHolder = () =>
    other.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'first' AND state = 'idle in transaction'`,
    );

  async function openWhenFree(): Promise<SyncSession> {
    for (;;) {
      const session = await SyncSession.open(other, CLUSTER);
      if (session) return session;
    }
  }

  it('is had by one process at a time', async () => {
    const session = (await SyncSession.open(dataSource, CLUSTER))!;
    expect(await SyncSession.open(other, CLUSTER)).toBeUndefined();
    await session.close();
    const next = await SyncSession.open(other, CLUSTER);
    expect(next).toBeInstanceOf(SyncSession);
    await next!.close();
  });

  it('has the server notice within a minute when the process vanishes without a word', async () => {
    const [timings]: unknown[] = await dataSource.query(
      `SELECT current_setting('tcp_keepalives_idle') AS idle, current_setting('tcp_keepalives_interval') AS interval,
         current_setting('tcp_keepalives_count') AS count`,
    );
    expect(timings).toEqual({ idle: '30', interval: '10', count: '3' });
  });

  it('does not keep other clusters from working', async () => {
    const session = (await SyncSession.open(dataSource, CLUSTER))!;
    const elsewhere = await SyncSession.open(other, 'mars');
    expect(elsewhere).toBeInstanceOf(SyncSession);
    await elsewhere!.close();
    await session.close();
  });

  it('takes no connection from the pool when it is refused', async () => {
    const session = (await SyncSession.open(dataSource, CLUSTER))!;
    for (let attempt = 0; attempt < 15; attempt++) expect(await SyncSession.open(other, CLUSTER)).toBeUndefined();
    await session.close();
  });

  it('records what a run did', async () => {
    const session = (await SyncSession.open(dataSource, CLUSTER))!;
    const window = { from: '2026-09-01', until: '2026-10-06' };
    const run = await session.recordRunStarted({ source: 'cost-explorer', trigger: 'schedule', window });
    expect(await session.findLatestRun('cost-explorer')).toMatchObject({ id: run, status: 'running', window });
    await session.recordRunFinished(run, { status: 'failed', error: 'throttled' }, 7);
    expect(await session.findLatestRun('cost-explorer')).toMatchObject({
      id: run,
      trigger: 'schedule',
      status: 'failed',
      error: 'throttled',
      requests: 7,
      daysChanged: 0,
      finishedAt: expect.any(Date),
    });
    expect(await session.findLatestRun('prometheus')).toBeUndefined();
    const next = await session.recordRunStarted({ source: 'cost-explorer', trigger: 'once' });
    await session.recordRunFinished(next, { status: 'succeeded' }, 5);
    expect(await session.findLatestRun('cost-explorer')).toMatchObject({
      id: next,
      status: 'succeeded',
      error: undefined,
    });
    await session.close();
  });

  it('closes the runs that an ended process left open, those of its own cluster', async () => {
    const session = (await SyncSession.open(dataSource, CLUSTER))!;
    await session.recordRunStarted({ source: 'prometheus', trigger: 'once' });
    const elsewhere = (await SyncSession.open(other, 'mars'))!;
    await elsewhere.recordRunStarted({ source: 'prometheus', trigger: 'once' });
    await session.close();
    const next = (await SyncSession.open(other, CLUSTER))!;
    expect(await next.findLatestRun('prometheus')).toMatchObject({
      status: 'failed',
      error: 'broke off: the process or its connection to the database ended',
      finishedAt: expect.any(Date),
    });
    expect(await elsewhere.findLatestRun('prometheus')).toMatchObject({ status: 'running' });
    await next.close();
    await elsewhere.close();
  });

  it('loses the right to write together with its connection', async () => {
    const session = (await SyncSession.open(dataSource, CLUSTER))!;
    const run = await session.recordRunStarted({ source: 'cost-explorer', trigger: 'once' });
    await killHolder();
    const next = await openWhenFree();

    const attempt = session.replaceCostDay(run, dayCosts([['prod', 'compute', '1']]), BASIS, HUB_POLICY);
    await expect(attempt).rejects.toThrow(SessionLostError);
    await expect(session.listCostDays({ from: DAY, until: '2026-10-06' })).rejects.toThrow(SessionLostError);
    await session.close();

    expect(await other.query(`SELECT * FROM cost_days`)).toEqual([]);
    await next.close();
  });

  it('stores nothing of a day that another process took over meanwhile', async () => {
    const session = (await SyncSession.open(dataSource, CLUSTER))!;
    const run = await session.recordRunStarted({ source: 'prometheus', trigger: 'once' });
    await session.replaceCostDay(run, dayCosts([['prod', 'compute', '1']]), BASIS, HUB_POLICY);
    // The day's transaction waits behind this lock, with its usage written.
    const blocker = other.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query(`LOCK TABLE user_costs`);
    const usage = readings({ compute: [['prod', 'ana', 1]], homeStorage: [['prod', 'ana', 1]] });
    const attempt = session.replaceUsageDay(run, usage, settled(), HUB_POLICY).catch((error: unknown) => error);
    for (;;) {
      const waiting = await other.query(
        `SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      if (waiting.length > 0) break;
    }
    await killHolder();
    const next = await openWhenFree();
    await blocker.rollbackTransaction();
    await blocker.release();
    expect(await attempt).toBeInstanceOf(RunTakenOverError);

    expect(await next.listUsageDays({ from: DAY, until: '2026-10-06' })).toEqual([]);
    expect(await other.query(`SELECT * FROM user_usage`)).toEqual([]);
    expect(await other.query(`SELECT username, direct_usd FROM user_costs`)).toEqual([
      { username: null, direct_usd: '1.0000000000' },
    ]);
    expect(await next.findLatestRun('prometheus')).toMatchObject({ status: 'failed' });
    await expect(session.recordRunFinished(run, { status: 'succeeded' }, 0)).rejects.toThrow(SessionLostError);
    await session.close();
    await next.close();
  });

  it('says who holds the cluster, and since when', async () => {
    const session = (await SyncSession.open(dataSource, CLUSTER))!;
    expect(await findLockHolder(other, CLUSTER)).toEqual({
      holder: expect.stringContaining(`process ${process.pid}`),
      since: expect.any(Date),
    });
    await session.close();
  });

  it('goes on after a statement that failed', async () => {
    const session = (await SyncSession.open(dataSource, CLUSTER))!;
    const run = await session.recordRunStarted({ source: 'prometheus', trigger: 'once' });
    const impossible = readings({ homeStorage: [['prod', 'ana', 1]], compute: [['prod', 'ana', -1]] });
    await expect(session.replaceUsageDay(run, impossible, settled(), HUB_POLICY)).rejects.toThrow(
      /user_usage_quantity/,
    );
    expect(await other.query(`SELECT * FROM usage_days`)).toEqual([]);
    await session.recordRunFinished(run, { status: 'failed', error: 'impossible usage' }, 1);
    expect(await session.findLatestRun('prometheus')).toMatchObject({ error: 'impossible usage' });
    await session.close();
  });

  it('keeps the transactions of calls apart that overlap', async () => {
    const session = (await SyncSession.open(dataSource, CLUSTER))!;
    const run = await session.recordRunStarted({ source: 'cost-explorer', trigger: 'once' });
    const outcomes = await Promise.allSettled([
      session.replaceCostDay(run, dayCosts([['prod', 'compute', '1']]), BASIS, HUB_POLICY),
      session.replaceUsageDay(run, readings({ compute: [['prod', 'ana', -1]] }), settled(), HUB_POLICY),
      session.replaceCostDay(run, dayCosts([['prod', 'compute', '2']], { day: '2026-10-06' }), BASIS, HUB_POLICY),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await session.listCostDays({ from: DAY, until: '2026-10-07' })).toMatchObject([
      { day: DAY },
      { day: '2026-10-06' },
    ]);
    await session.close();
  });
});
