import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { findFreePort } from '#libs/embedded';
import { fillEstate } from '../../medium/api/estate.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { ApiProcess } from './api-process.js';

const DAYS = 'from=2025-03-01&to=2025-03-02';
const ROWS = 120_000;

let database: TestDatabase;
let folder: string;
let api: ApiProcess | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  await fillEstate(database.url);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(
    `INSERT INTO cost_days (cluster, day, account_usd, cluster_usd, estimated, basis, attribution, policy, digest, run_id)
     VALUES ('long', '2025-03-01', 50000, 50000, false, 'amortized', 'x', '', '', 1)`,
  );
  await client.query(
    `INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups)
     SELECT 'long', '2025-03-01', 'prod', 'user-' || n, 'compute', n / 10000.0, 0, '{none}' FROM generate_series(1, $1::int) n`,
    [ROWS],
  );
  await client.end();
  folder = mkdtempSync(join(tmpdir(), 'api-process-'));
});

afterEach(async () => {
  await api?.end('SIGKILL');
});

afterAll(async () => {
  if (folder) rmSync(folder, { recursive: true, force: true });
  await database?.drop();
});

async function startApi(variables: Readonly<Record<string, string>> = {}): Promise<ApiProcess> {
  api = new ApiProcess(await findFreePort(), { DATABASE_URL: database.url, CLUSTER_NAME: 'alpha', ...variables });
  await api.start();
  return api;
}

/** What `npm run token` prints. */
async function newToken(...args: string[]): Promise<{ token: string; entry: object }> {
  const script = join(process.cwd(), 'dist', 'apps', 'api', 'src', 'access', 'make-token.js');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, ...args]);
  return { token: stdout.trim(), entry: JSON.parse(/^\{.*\}$/m.exec(stderr)![0]) as object };
}

function writeTokens(...entries: unknown[]): string {
  const path = join(folder, 'tokens.json');
  writeFileSync(path, JSON.stringify(entries), { mode: 0o600 });
  return path;
}

describe('SIGTERM', () => {
  it('lets the answers that are under way arrive whole, takes no new connection, and ends with status 0', async () => {
    const { url, port } = await startApi();
    const spare = connect(port, '127.0.0.1');
    spare.on('error', () => undefined);
    // Not `fetch`, which takes a connection that was closed after the last byte for one that broke before.
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${url}/costs_per_user?${DAYS}&cluster=long`, resolve).on('error', reject);
    });
    const begun = performance.now();
    const ended = api!.end('SIGTERM');
    await sleep(300);
    await expect(fetch(`${url}/live`)).rejects.toThrow('fetch failed');
    const rows = JSON.parse(await textOf(response)) as { value: number }[];
    expect(rows).toHaveLength(ROWS);
    expect(rows.at(-1)).toMatchObject({ value: 0.0001 });
    expect(await ended).toBe(0);
    expect(performance.now() - begun).toBeLessThan(30_000);
    spare.destroy();
  });
});

describe('a request that does not arrive', () => {
  it('is given up in ten seconds and some, and keeps nobody waiting', async () => {
    const { url, port } = await startApi();
    const begun = performance.now();
    const socket = connect(port, '127.0.0.1');
    let said = '';
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    socket.write('GET /live HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expect((await fetch(`${url}/live`)).status).toBe(200);
    await closed;
    expect(performance.now() - begun).toBeLessThan(45_000);
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe('a token that was made by the command', () => {
  it('lets its holder in, as far as its scope goes', async () => {
    const everything = await newToken('funder-report');
    const prod = await newToken('prod-team', 'prod');
    expect(everything.entry).toEqual({
      name: 'funder-report',
      hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      scope: 'all',
    });
    expect(prod.entry).toMatchObject({ name: 'prod-team', scope: ['prod'] });
    const { url } = await startApi({ API_TOKENS_FILE: writeTokens(everything.entry, prod.entry) });
    const hubs = async (token: string) =>
      (await fetch(`${url}/hub_names?${DAYS}`, { headers: { authorization: `Bearer ${token}` } })).json();
    expect(await hubs(everything.token)).toEqual(['prod', 'staging', 'support']);
    expect(await hubs(prod.token)).toEqual(['prod']);
    expect(await hubs('prod-team.x')).toMatchObject({ statusCode: 401 });
  });

  it('is not made without a name that can stand in a log, nor for a hub without a name', async () => {
    for (const args of [[], ['Prod Team'], ['prod.team'], ['prod', '']]) {
      await expect(newToken(...args)).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(/^usage: /) });
    }
  });
});

describe('the log in production', () => {
  it('is JSON, line by line, and holds no token and no password, whatever goes wrong', async () => {
    const made = await newToken('prod-team', 'prod');
    const secret = made.token.split('.')[1]!;
    const file = writeTokens(made.entry);
    const password = 'aPasswordOfTheDatabase';
    const withPassword = new URL(database.url);
    withPassword.password = password;
    withPassword.username = 'somebody';
    const unreachable = new URL(withPassword);
    unreachable.port = '1';
    for (const databaseUrl of [database.url, withPassword.href, unreachable.href]) {
      const { url } = await startApi({
        NODE_ENV: 'production',
        API_TOKENS_FILE: file,
        DATABASE_URL: databaseUrl,
      });
      const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
      for (const token of [made.token, `prod-team.${secret.slice(0, -3)}`, secret, `${secret}.${secret}`]) {
        for (const path of [`/total_costs?${DAYS}&token=${token}`, '/health', '/ready', '/metrics', `/%zz?${token}`]) {
          const answer = await (await fetch(url + path, bearer(token))).text();
          expect(answer).not.toContain(password);
        }
      }
      await api!.end('SIGTERM');
      const lines = api!.said.trim().split('\n');
      for (const line of lines) {
        expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), message: expect.anything() });
      }
      expect(api!.said).toContain('refused: token prod-team with a wrong secret, from 127.0.0.1');
      expect(api!.said).not.toContain(secret.slice(0, 20));
      expect(api!.said).not.toContain(password);
      expect(api!.said).not.toContain(new URL(database.url).password);
      expect(api!.said).not.toContain((made.entry as { hash: string }).hash);
    }
  });
});

describe('a start that cannot succeed', () => {
  it('names the faulty entries of the file of tokens, without what they hold, and ends with status 1', async () => {
    const made = await newToken('prod-team', 'prod');
    const file = writeTokens(made.entry, { name: made.token, hash: made.token, scope: [] });
    const failing = new ApiProcess(await findFreePort(), { DATABASE_URL: database.url, API_TOKENS_FILE: file });
    await expect(failing.start()).rejects.toThrow('the API ended');
    expect(await failing.end('SIGKILL')).toBe(1);
    expect(failing.said).toBe(
      [
        'the environment is not usable:',
        '  - API_TOKENS_FILE: entry 1 (prod-team): cluster: is required, since CLUSTER_NAME is not set',
        '  - API_TOKENS_FILE: entry 2: name: must be 1 to 40 of a-z, 0-9 and -, and begin with no -',
        '  - API_TOKENS_FILE: entry 2: hash: must be "sha256:" and 64 hexadecimal digits',
        '  - API_TOKENS_FILE: entry 2: scope: must be "all", or a list of hubs such as ["prod"]',
        '',
      ].join('\n'),
    );
  });
});
