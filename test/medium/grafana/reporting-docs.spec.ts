import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

interface Column {
  readonly view: string;
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

const PAGE = readFileSync('docs/reporting.md', 'utf8');

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

/** Every column of every view, as the database describes it. */
async function describedColumns(): Promise<Column[]> {
  const { rows } = await client.query<Column>(`
    SELECT c.relname AS view, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
      col_description(c.oid, a.attnum) AS comment
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relnamespace = 'reporting'::regnamespace AND c.relkind = 'v'
    ORDER BY c.relname, a.attnum`);
  return rows;
}

/** The columns that the page lists, the unit put behind the meaning as in the database. */
function documentedColumns(): Column[] {
  return PAGE.split(/^## /m).flatMap((section) => {
    const view = /^`(\w+)`/.exec(section)?.[1];
    if (!view) return [];
    return [...section.matchAll(/^\| `(\w+)` *\| (.+?) *\| (.*?) *\| (.+?) *\|$/gm)].map(
      ([, name = '', type = '', unit = '', meaning = '']) => ({
        view,
        name,
        type,
        comment: unit === '' ? meaning : `${meaning} (${unit})`,
      }),
    );
  });
}

const byView = (columns: readonly Column[]) =>
  [...columns].sort((left, right) => (left.view < right.view ? -1 : Number(left.view > right.view)));

describe('docs/reporting.md', () => {
  it('lists every view and column that there is, in order, with its type and in the database’s own words', async () => {
    const described = await describedColumns();
    expect(described.length).toBeGreaterThan(90);
    expect(byView(documentedColumns())).toEqual(described);
  });

  it('says of every view what the database says', async () => {
    const { rows } = await client.query<{ view: string; comment: string | null }>(`
      SELECT relname AS view, obj_description(oid) AS comment
      FROM pg_class WHERE relnamespace = 'reporting'::regnamespace AND relkind = 'v'`);
    for (const { view, comment } of rows) {
      expect([view, comment]).toEqual([view, expect.stringMatching(/^[A-Z]/)]);
      expect(PAGE).toContain(`## \`${view}\`\n\n${comment}.\n`);
    }
  });

  it('gives every amount, share and duration a unit', async () => {
    for (const { view, name, comment } of await describedColumns()) {
      const measured = /_usd$|_hours$|_seconds$|_share$|^coverage$/.test(name);
      expect([view, name, / \((USD|GiB-hours|byte-seconds|seconds|0 to 1)\)$/.test(comment)]).toEqual([
        view,
        name,
        measured,
      ]);
    }
  });
});
