import { createDataSource, EXPECTED_MIGRATIONS, migrate, SyncSession } from '#libs/database';
import { MIGRATIONS } from '#migrations';
import { DataSource } from 'typeorm';
import { createEmptyTestDatabase, type TestDatabase } from '../../support/database.js';
import {
  EMPTYING_MIGRATION,
  FIGURES,
  MADE_AGAIN,
  ROWS_BY_MIGRATION,
  ROWS_BY_NEWEST_MIGRATION,
} from './earlier-schemas/rows-by-migration.js';

/** A database as the release that ended with `migrations` left it. */
async function openAt(url: string, migrations: typeof MIGRATIONS): Promise<DataSource> {
  const dataSource = await new DataSource({ type: 'postgres', url, migrations, poolSize: 2 }).initialize();
  await dataSource.runMigrations({ transaction: 'all' });
  return dataSource;
}

/** Every row of every table of ours, as JSON, by table. */
async function storedRows(dataSource: DataSource): Promise<Map<string, Record<string, unknown>[]>> {
  const tables: { name: string }[] = await dataSource.query(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' ORDER BY 1`,
  );
  const stored = new Map<string, Record<string, unknown>[]>();
  for (const { name } of tables) {
    // As text, so that no digit of a numeric is lost.
    const rows = await dataSource.query(
      `SELECT (SELECT jsonb_object_agg(key, value) FROM jsonb_each_text(to_jsonb(t))) AS row FROM ${name} t ORDER BY t::text`,
    );
    stored.set(
      name,
      rows.map(({ row }: { row: Record<string, unknown> }) => row),
    );
  }
  return stored;
}

describe.each(MIGRATIONS.map((_, index) => EXPECTED_MIGRATIONS.slice(0, index + 1)))(
  'a database that was filled at schema version %#',
  (...names) => {
    const earlier = MIGRATIONS.slice(0, names.length);
    let database: TestDatabase;
    let old: DataSource;
    let before: Map<string, Record<string, unknown>[]>;
    let opened: DataSource[];

    beforeEach(async () => {
      database = await createEmptyTestDatabase();
      old = await openAt(database.url, earlier);
      for (const name of names) {
        for (const statement of ROWS_BY_MIGRATION[name] ?? []) await old.query(statement);
      }
      for (const statement of ROWS_BY_NEWEST_MIGRATION[names.at(-1)!] ?? []) await old.query(statement);
      before = await storedRows(old);
      opened = [old];
    });

    afterEach(async () => {
      for (const dataSource of opened) await dataSource.destroy();
      await database.drop();
    });

    const keptOf = (stored: typeof before) =>
      [...stored].filter(([table]) => names.includes(EMPTYING_MIGRATION) || !MADE_AGAIN.includes(table));

    const openNewest = async () => {
      const dataSource = await createDataSource(database.url, { applicationName: 'upgrade-test' }).initialize();
      opened.push(dataSource);
      return dataSource;
    };

    it('has rows in every table, so that the drill leaves none out', () => {
      expect([...before.keys()].filter((table) => before.get(table)!.length === 0)).toEqual([]);
      expect(before.size).toBeGreaterThanOrEqual(9);
    });

    it(`keeps every row and every figure when it is migrated to ${EXPECTED_MIGRATIONS.at(-1)}`, async () => {
      const newest = await openNewest();
      expect(await migrate(newest)).toEqual(EXPECTED_MIGRATIONS.slice(names.length));
      const after = await storedRows(newest);
      for (const [table, rows] of keptOf(before)) {
        expect({ table, rows: after.get(table) }).toEqual({
          table,
          rows: rows.map((row) => expect.objectContaining(row)),
        });
      }
      for (const [question, lines] of Object.entries(FIGURES)) {
        const answer: { line: string }[] = await newest.query(question);
        expect(answer.map(({ line }) => line)).toEqual(lines);
      }
    });

    it('is migrated once by two processes at the same time, while the old release still holds its connections', async () => {
      const [one, other] = [await openNewest(), await openNewest()];
      const applied = await Promise.all([migrate(one), migrate(other)]);
      expect(applied.flat()).toEqual(EXPECTED_MIGRATIONS.slice(names.length));
      const after = await storedRows(one);
      for (const [table, rows] of keptOf(before))
        expect([table, after.get(table)!.length]).toEqual([table, rows.length]);
    });

    it('is worked on afterwards: the run that the old release left open is closed, its days are known', async () => {
      const newest = await openNewest();
      await migrate(newest);
      const session = (await SyncSession.open(newest, 'earth'))!;
      expect(await session.findLatestRun('allocation')).toMatchObject({
        status: 'failed',
        error: expect.stringContaining('the process'),
      });
      expect(await session.listCostDays({ from: '2026-03-01', until: '2026-03-03' })).toEqual([
        { day: '2026-03-01', costBasis: 'amortized', attributionDigest: 'digest' },
        { day: '2026-03-02', costBasis: 'unblended', attributionDigest: 'digest' },
      ]);
      await session.close();
    });
  },
);
