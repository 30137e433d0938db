import { execFileSync } from 'node:child_process';
import type { Client } from 'pg';
import { databaseOfFile, openClient, type TestDatabase } from '../../support/database.js';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await databaseOfFile();
  client = await openClient(database.url);
});

describe('the meaning of views and columns', () => {
  it('stands in the database for every one of them, with a unit for every amount, share and duration', async () => {
    const { rows } = await client.query<{ view: string; about: string | null; name: string; comment: string | null }>(`
      SELECT c.relname AS view, obj_description(c.oid) AS about, a.attname AS name,
        col_description(c.oid, a.attnum) AS comment
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
      WHERE c.relnamespace = 'reporting'::regnamespace AND c.relkind = 'v'`);
    expect(rows.length).toBeGreaterThan(90);
    for (const { view, about, name, comment } of rows) {
      expect([view, about]).toEqual([view, expect.stringMatching(/^[A-Z]/)]);
      expect([view, name, comment]).toEqual([view, name, expect.any(String)]);
      const measured = /_usd$|_hours$|_seconds$|_share$|^coverage$/.test(name);
      const hasUnit = / \((USD|GiB-hours|seconds|0 to 1)\)$/.test(comment ?? '');
      expect([view, name, hasUnit]).toEqual([view, name, measured]);
    }
  });

  it('is what docs/reporting.md says', () => {
    execFileSync(process.execPath, ['scripts/reporting-docs.mjs', '--check'], { stdio: 'pipe' });
  });
});
