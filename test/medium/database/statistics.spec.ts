import { createDataSource, SyncSession } from '#libs/database';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

describe('the statistics of the planner', () => {
  let database: TestDatabase;
  let dataSource: ReturnType<typeof createDataSource>;

  beforeEach(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, { applicationName: 'statistics' }).initialize();
  });
  afterEach(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  const analyzed = async () => {
    const [row]: { at: Date | null }[] = await dataSource.query(
      `SELECT last_analyze AS at FROM pg_stat_user_tables WHERE relname = 'user_costs'`,
    );
    return row!.at !== null;
  };

  it.each([
    [9_999, false],
    [10_000, true],
  ])('are refreshed at the end of a run that wrote many rows: %d', async (rowsWritten, expected) => {
    const session = await SyncSession.open(dataSource, 'alpha');
    const run = await session!.recordRunStarted({ source: 'prometheus', trigger: 'once' });
    await dataSource.query(`UPDATE sync_runs SET rows_written = $1`, [rowsWritten]);
    await session!.refreshStatistics(run);
    await session!.close();
    expect(await analyzed()).toBe(expected);
  });
});
