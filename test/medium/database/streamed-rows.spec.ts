import { ReportingDatabase } from '#libs/database/queries';
import { atEnd } from '../../support/at-end.js';
import { databaseOfFile, type TestDatabase } from '../../support/database.js';

const ROWS = 20_000;
const STATEMENT = {
  cluster: undefined,
  text: `SELECT repeat('x', 1000) AS name FROM generate_series(1, $1)`,
  values: [ROWS],
};

describe('an answer of 20 MB, as it comes from Postgres', () => {
  let database: TestDatabase;
  let reporting: ReportingDatabase;

  beforeAll(async () => {
    database = await databaseOfFile();
    reporting = new ReportingDatabase(database.url, () => undefined);
    atEnd(() => reporting.close());
  });

  it('lets everything else have its turn between every few pieces of 64 KiB, and is whole', async () => {
    let pieces = 0;
    let mostOfOneTurn = 0;
    let next: NodeJS.Immediate | undefined;
    const turn = () => {
      mostOfOneTurn = Math.max(mostOfOneTurn, pieces);
      pieces = 0;
      next = setImmediate(turn);
    };
    turn();
    const texts: string[] = [];
    for await (const text of (await reporting.stream(STATEMENT, 'names'))!) {
      texts.push(String(text));
      pieces += 1;
    }
    clearImmediate(next);
    expect(texts.length).toBeGreaterThan(250);
    expect(mostOfOneTurn).toBeLessThanOrEqual(4);
    const names = JSON.parse(texts.join('')) as string[];
    expect(names).toHaveLength(ROWS);
    expect(new Set(names)).toEqual(new Set(['x'.repeat(1000)]));
  });

  it('is joined without nested loops where the statement says that it joins many rows, and then alone', async () => {
    const setting = { cluster: undefined, text: `SELECT current_setting('enable_nestloop') AS name`, values: [] };
    expect(await reporting.listNames({ ...setting, joinsMany: true })).toEqual(['off']);
    expect(await reporting.listNames(setting)).toEqual(['on']);
  });
});
