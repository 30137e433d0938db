import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDataSource, migrate } from '#libs/database';
import { MEASURES } from '#libs/prometheus';
import { Client } from 'pg';
import { ADMIN_URL, execute, urlOfDatabase } from '../../support/database.js';

const SERVER = process.env[ADMIN_URL]!;
const OWNERS = [`backup_${process.pid}_old`, `backup_${process.pid}_new`] as const;
const READER = `backup_${process.pid}_reader`;
const [OLD, NEW] = OWNERS.map((owner) => urlAs(owner, owner)) as [string, string];

function urlAs(role: string, database: string): string {
  return Object.assign(new URL(urlOfDatabase(SERVER, database)), { username: role, password: 'p' }).href;
}

/** The programs are PostgreSQL's own; an older pg_dump refuses a newer server. */
async function isDumpable(): Promise<boolean> {
  const [major = 0] = /\d+/.exec(spawnSync('pg_dump', ['--version'], { encoding: 'utf8' }).stdout ?? '') ?? [];
  const { version } = await first<{ version: number }>(
    SERVER,
    `SELECT current_setting('server_version_num')::integer / 10000 AS version`,
  );
  return Number(major) >= version;
}

async function first<Row>(url: string, sql: string): Promise<Row> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows[0] as Row;
}

/** The commands of a section of docs/operations.md that begin with these words. */
function commandsOf(section: string, programs: readonly string[]): string[] {
  const [, text = ''] = readFileSync('docs/operations.md', 'utf8').split(`\n## ${section}\n`);
  const commands = text.split('\n## ')[0]!.match(/(?<=^|`)(pg_dump|pg_restore|psql) [^`\n]*/gm) ?? [];
  return commands.filter((command) => programs.includes(command.split(' ')[0]!));
}

beforeAll(async () => {
  for (const owner of OWNERS) {
    await execute(SERVER, `CREATE ROLE ${owner} LOGIN CREATEROLE PASSWORD 'p'`);
    await execute(SERVER, `CREATE DATABASE ${owner} OWNER ${owner} ENCODING 'UTF8' TEMPLATE template0`);
  }
  await execute(SERVER, `CREATE ROLE ${READER} LOGIN PASSWORD 'p' IN ROLE grafana_reader`);
  const dataSource = await createDataSource(OLD, { applicationName: 'backup-test' }).initialize();
  await migrate(dataSource, MEASURES);
  await dataSource.destroy();
  await execute(
    OLD,
    `INSERT INTO sync_locks (cluster) VALUES ('hub'); ALTER DEFAULT PRIVILEGES IN SCHEMA reporting GRANT SELECT ON TABLES TO grafana_reader`,
  );
  // All that a reading role can leave behind.
  await execute(
    urlAs(READER, OWNERS[0]),
    `SELECT lo_create(0); ALTER DEFAULT PRIVILEGES FOR ROLE ${READER} GRANT SELECT ON TABLES TO PUBLIC`,
  );
});

afterAll(async () => {
  for (const database of OWNERS) await execute(SERVER, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  for (const role of [READER, ...OWNERS]) await execute(SERVER, `DROP ROLE IF EXISTS ${role}`);
});

it.each(['Backups', 'Move to another server'])(
  '“%s”: the documented commands restore under another owner, whatever a reading role left behind',
  async (section) => {
    if (!(await isDumpable())) return console.warn('skipped: pg_dump is missing or older than the server');
    await execute(SERVER, `DROP DATABASE ${OWNERS[1]}`);
    await execute(SERVER, `CREATE DATABASE ${OWNERS[1]} OWNER ${OWNERS[1]} ENCODING 'UTF8' TEMPLATE template0`);
    const run = (program: string, env: NodeJS.ProcessEnv) => {
      const commands = commandsOf(section, [program]).map((command) =>
        command.replace('migrations/', join(process.cwd(), 'migrations/')),
      );
      expect(commands).toHaveLength(1);
      execFileSync('sh', ['-ec', commands[0]!], { cwd: folder, env: { ...process.env, ...env }, stdio: 'pipe' });
    };
    const folder = mkdtempSync(join(tmpdir(), 'backup-'));
    run('pg_dump', { OLD, OWNER_DATABASE_URL: OLD });
    run('pg_restore', { NEW, OWNER_DATABASE_URL: NEW });
    run('psql', { NEW, OWNER_DATABASE_URL: NEW });
    expect(await first(NEW, `SELECT cluster FROM sync_locks`)).toEqual({ cluster: 'hub' });
    expect(await first(urlAs(READER, OWNERS[1]), `SELECT count(*) FROM reporting.sync_runs`)).toEqual({ count: '0' });
  },
);
