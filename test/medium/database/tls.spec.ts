import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { createDataSource, describeDatabaseError, migrate, openDataSource } from '#libs/database';
import { startPostgres, type EmbeddedPostgres } from '#libs/embedded';
import { MEASURES } from '#libs/prometheus';
import { Authority, type Certificate } from '../../support/certificates.js';
import { execute, openClient } from '../../support/database.js';
import { fillEstate } from '../api/estate.js';
import { RunningApi } from '../api/running-api.js';

let folder: string;
let server: EmbeddedPostgres;
let authority: Authority;
let other: Authority;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tls-'));
  authority = new Authority(folder, 'authority');
  other = new Authority(folder, 'other');
  server = await startPostgres({ fsync: false });
  const dataSource = await createDataSource(server.url, { applicationName: 'tls' }).initialize();
  await migrate(dataSource, MEASURES);
  await dataSource.destroy();
  await fillEstate(server.url);
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Has the server show a certificate. Its key must be a file that none but the server's user may read. */
async function show({ certificate, key }: Certificate): Promise<void> {
  const client = await openClient(server.url);
  for (const [name, file] of [
    ['server.crt', certificate],
    ['server.key', key],
  ] as const) {
    const lines = readFileSync(file, 'utf8').trimEnd().replaceAll('\n', `'), ('`);
    await client.query(
      `COPY (SELECT * FROM (VALUES ('${lines}')) line) TO PROGRAM 'umask 077; rm -f ${name}; cat > ${name}'`,
    );
  }
  await client.query(`ALTER SYSTEM SET ssl = on`);
  await client.query(`SELECT pg_reload_conf()`);
  await client.end();
  await untilReloaded((ssl) => ssl === 'on');
}

async function untilReloaded(isReloaded: (ssl: string) => boolean): Promise<void> {
  for (;;) {
    const client = await openClient(server.url);
    const { rows } = await client.query<{ ssl: string }>('SHOW ssl');
    await client.end();
    if (isReloaded(rows[0]!.ssl)) return;
  }
}

function urlWith(parameters: Readonly<Record<string, string>>): string {
  const url = new URL(server.url);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** What the API and a process that writes say of the same fault. */
async function expectFault(url: string, sentence: string): Promise<void> {
  const api = await RunningApi.start(url, 'alpha');
  try {
    const { status, json } = await api.get('/total_costs?from=2025-03-01&to=2025-03-01');
    expect({ status, json }).toEqual({
      status: 503,
      json: { statusCode: 503, message: sentence, error: 'Service Unavailable' },
    });
    const ready = await api.get('/ready');
    expect(ready.status).toBe(503);
    expect(ready.json.details.database.message).toBe(sentence);
    expect(ready.text).not.toMatch(/127\.0\.0\.1|\.pem|tls-|postgres/);
  } finally {
    await api.stop();
  }
  const error: unknown = await openDataSource(url, { applicationName: 'tls' }).then(
    () => undefined,
    (fault: unknown) => fault,
  );
  expect(describeDatabaseError(error)?.startsWith(`${sentence}: `)).toBe(true);
}

it('a server without TLS', async () => {
  await expectFault(urlWith({ sslmode: 'verify-full' }), 'the database offers no TLS');
});

it('a certificate of an authority that is given is taken, and figures are read', async () => {
  await show(authority.issue('good', 'IP:127.0.0.1'));
  const api = await RunningApi.start(urlWith({ sslmode: 'verify-full', sslrootcert: authority.file }), 'alpha');
  try {
    expect(await api.rows('/total_costs?from=2025-03-01&to=2025-03-01')).toHaveLength(2);
    await cancels(api);
  } finally {
    await api.stop();
  }
});

/** A statement whose reader went is cancelled over TLS, too. */
async function cancels(api: RunningApi): Promise<void> {
  await execute(
    server.url,
    `ALTER VIEW reporting.daily_total_costs RENAME TO kept;
     CREATE VIEW reporting.daily_total_costs AS SELECT kept.* FROM reporting.kept, pg_sleep(60)`,
  );
  const gone = new AbortController();
  const request = fetch(`${api.url}/total_costs?from=2025-03-02&to=2025-03-02`, { signal: gone.signal });
  while ((await sleeping()) === 0) await sleep(50);
  gone.abort();
  await expect(request).rejects.toThrow('aborted');
  while ((await sleeping()) > 0) await sleep(50);
  await execute(
    server.url,
    `DROP VIEW reporting.daily_total_costs; ALTER VIEW reporting.kept RENAME TO daily_total_costs`,
  );
}

async function sleeping(): Promise<number> {
  const client = await openClient(server.url);
  const { rowCount } = await client.query(`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'`);
  await client.end();
  return rowCount!;
}

it('a certificate of an unknown authority', async () => {
  const unknown = 'the certificate of the database is of an unknown authority: set sslrootcert in DATABASE_URL';
  await expectFault(urlWith({ sslmode: 'verify-full' }), unknown);
  await expectFault(urlWith({ sslmode: 'verify-full', sslrootcert: other.file }), unknown);
});

it('a certificate file that is not there, or is a folder, or is no certificate', async () => {
  const unreadable = 'a certificate file that DATABASE_URL names cannot be read';
  await expectFault(urlWith({ sslmode: 'verify-full', sslrootcert: join(folder, 'missing.pem') }), unreadable);
  await expectFault(urlWith({ sslmode: 'verify-full', sslrootcert: folder }), unreadable);
  writeFileSync(join(folder, 'empty.pem'), 'nothing');
  await expectFault(
    urlWith({ sslmode: 'verify-full', sslrootcert: join(folder, 'empty.pem') }),
    'the certificate of the database is of an unknown authority: set sslrootcert in DATABASE_URL',
  );
});

it('a certificate of another host', async () => {
  await show(authority.issue('elsewhere', 'DNS:db.example.org'));
  await expectFault(
    urlWith({ sslmode: 'verify-full', sslrootcert: authority.file }),
    'the certificate of the database is of another host name',
  );
});

it('a certificate that has expired', async () => {
  await show(authority.issue('expired', 'IP:127.0.0.1', { isExpired: true }));
  await expectFault(
    urlWith({ sslmode: 'verify-full', sslrootcert: authority.file }),
    'the certificate of the database is not valid at this time',
  );
});

it('a server that demands TLS, as RDS does, refuses no credentials', async () => {
  await execute(
    server.url,
    `COPY (SELECT 'hostssl all all 127.0.0.1/32 password') TO PROGRAM 'cat > pg_hba.conf'; SELECT pg_reload_conf()`,
  );
  await expectFault(server.url, 'the database admits no connection without TLS from here: set sslmode in DATABASE_URL');
});
