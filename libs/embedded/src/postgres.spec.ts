import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startPostgres, type EmbeddedPostgres } from './postgres.js';

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // The drills end connections from the other side.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

describe('an embedded PostgreSQL server', () => {
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    server = await startPostgres({ fsync: false });
  });
  afterAll(() => server.stop());

  it('answers its superuser, in UTF-8 and UTC, and sorts by code point on every machine', async () => {
    const [row] = await query(
      server.url,
      `SELECT current_setting('is_superuser') AS superuser, current_setting('server_encoding') AS encoding,
              current_setting('TimeZone') AS zone, 'Z' < 'a' AS by_code_point, upper('ü') AS upper`,
    );
    expect(row).toEqual({ superuser: 'on', encoding: 'UTF8', zone: 'UTC', by_code_point: true, upper: 'Ü' });
  });

  it('lets nobody in without the password', async () => {
    const url = new URL(server.url);
    url.password = 'guess';
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  it('keeps what was committed when it is killed, and comes back at the same address', async () => {
    await query(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await server.kill();
    await expect(query(server.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await server.restart();
    expect(await query(server.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('can be killed and restarted while connections are open', async () => {
    const client = new Client({ connectionString: server.url });
    const lost = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await server.kill();
    await lost;
    await server.restart();
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('hangs when paused, for old connections and new ones, and goes on when resumed', async () => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    server.pause();
    const answer = client.query('SELECT 1 AS one');
    await expect(Promise.race([answer, sleep(300, 'hangs')])).resolves.toBe('hangs');
    await expect(new Client({ connectionString: server.url, connectionTimeoutMillis: 300 }).connect()).rejects.toThrow(
      'timeout',
    );
    server.resume();
    expect((await answer).rows).toEqual([{ one: 1 }]);
    await client.end();
  });
});

describe('the end of an embedded PostgreSQL server', () => {
  it('leaves no folder and no listener, though it was paused and connections are open', async () => {
    const server = await startPostgres({ fsync: false });
    const [row] = await query(server.url, `SELECT current_setting('data_directory') AS folder`);
    const client = new Client({ connectionString: server.url });
    client.on('error', () => undefined);
    await client.connect();
    server.pause();
    await server.stop();
    expect(existsSync(String(row!.folder))).toBe(false);
    await expect(query(server.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await server.stop();
  });
});
