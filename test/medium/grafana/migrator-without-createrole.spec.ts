import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { createDataSource, migrate } from '#libs/database';
import { startPostgres, type EmbeddedPostgres } from '#libs/embedded';

jest.setTimeout(60_000);

// A server of its own: roles belong to the server, and this one must not have any of ours.
let server: EmbeddedPostgres;

beforeAll(async () => {
  server = await startPostgres({ fsync: false });
});

afterAll(() => server?.stop());

function urlAs(user: string | undefined, database: string): string {
  const url = new URL(server.url);
  if (user) Object.assign(url, { username: user, password: user });
  url.pathname = `/${database}`;
  return url.href;
}

async function run<Row>(url: string, ...statements: readonly string[]): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows as Row[];
    return rows;
  } finally {
    await client.end();
  }
}

/** The statements of the page's second example: what an operator runs, and then the owner. */
function documentedStatements(): { operator: string; owner: string } {
  const blocks = [...readFileSync('docs/reporting.md', 'utf8').matchAll(/```sql\n(.+?)```/gs)].map(([, sql]) => sql!);
  const [operator = '', owner = ''] = blocks.find((sql) => sql.includes('CREATE ROLE'))!.split('\n\n');
  return { operator: operator.replace('choose one', 'grafana_reader'), owner };
}

describe('a migrating role that may not create roles', () => {
  it('migrates all the same; what the documentation says then makes the reader', async () => {
    await run(server.url, `CREATE ROLE migrator LOGIN PASSWORD 'migrator'`, `CREATE DATABASE costs OWNER migrator`);
    const dataSource = createDataSource(urlAs('migrator', 'costs'), { applicationName: 'test' });
    await dataSource.initialize();
    expect(await migrate(dataSource)).toContain('GrafanaReader1764000200000');
    await dataSource.destroy();
    expect(await run(server.url, `SELECT FROM pg_roles WHERE rolname = 'grafana_reader'`)).toEqual([]);

    const { operator, owner } = documentedStatements();
    await run(server.url, operator);
    await run(urlAs('migrator', 'costs'), owner);

    const asReader = urlAs('grafana_reader', 'costs');
    expect(await run(asReader, 'SELECT count(*)::integer AS runs FROM reporting.sync_runs')).toEqual([{ runs: 0 }]);
    expect(await run(asReader, 'SHOW default_transaction_read_only')).toEqual([
      { default_transaction_read_only: 'on' },
    ]);
    expect(await run(asReader, 'SHOW statement_timeout')).toEqual([{ statement_timeout: '30s' }]);
    await expect(run(asReader, 'SELECT FROM public.sync_runs')).rejects.toThrow('permission denied');
    await expect(run(asReader, 'CREATE TABLE mine (id integer)')).rejects.toThrow('read-only transaction');
  });
});
