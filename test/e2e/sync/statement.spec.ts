import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clockVariables } from '../../support/clock-variables.js';
import { createTestDatabase, execute, type TestDatabase } from '../../support/database.js';
import { fillDerived } from '../../support/fill-derived.js';
import { fillEstate } from '../../medium/api/estate.js';
import { BuiltApi } from '../parity/built-api.js';

const BUILT_STATEMENT = join(process.cwd(), 'dist', 'apps', 'sync', 'src', 'statement.js');

/** 2,000 more users of prod, who each bear a dollar of 2025-03-02. */
const USERS = `
  INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups)
    SELECT 'alpha', '2025-03-02', 'prod', 'user-' || n, 'compute', 1, 0, '{?}' FROM generate_series(1, 2000) n;
  UPDATE attributed_costs SET amount_usd = 2007 WHERE cluster = 'alpha' AND day = '2025-03-02' AND hub = 'prod';`;

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  await fillEstate(database.url);
  await execute(database.url, USERS);
  await fillDerived(database.url);
  folder = mkdtempSync(join(tmpdir(), 'statement-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database?.drop();
});

function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [BUILT_STATEMENT, ...args], {
    cwd: folder,
    env: { ...clockVariables(), PATH: process.env['PATH'], DATABASE_URL: database.url, CLUSTER_NAME: 'alpha' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) child[stream].on('data', (text) => (said[stream] += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })));
}

describe('npm run statement', () => {
  it.each([
    ['pdf', /^%PDF-/],
    ['xlsx', /^PK/],
    ['csv', /^table,what,text,/],
    ['json', /^\{\n {2}"title": "Cost statement, March 2025"/],
  ])('writes a file in %s', async (format, beginning) => {
    const file = `statement-2025-03.${format}`;
    expect(await run('--month', '2025-03', '--format', format)).toEqual({
      code: 0,
      stdout: `wrote ${file}\n`,
      stderr: '',
    });
    expect(readFileSync(join(folder, file), 'latin1')).toMatch(beginning);
  });

  it('is of one person', async () => {
    await run('--month', '2025-03', '--user', 'bob', '--hub', 'prod', '--format', 'json');
    const { for: whom, summary } = JSON.parse(
      readFileSync(join(folder, 'statement-2025-03-hub-prod-user-bob.json'), 'utf8'),
    );
    expect([whom, summary.at(-1).amount_usd]).toEqual(['user bob, hub prod of cluster alpha', 18.0016666666]);
  });

  it('names every fault of its options, with its usage', async () => {
    const { code, stderr } = await run('--month', '2025-13', '--format', 'doc', '--hub', '');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^--month: must .*\n--format: must .*\n--hub: must not be empty\nusage:\n/),
    ]);
    expect((await run('--month', '9998-01')).stderr).toContain('--month: lies in the future');
    expect((await run('--month', '2025-03', '--close', '--user', 'x')).stderr).toContain(
      '--close: goes with --month alone',
    );
    expect(await run('--month', '2025-03', '--user', 'nobody')).toMatchObject({
      code: 1,
      stderr: 'nothing was done: user: is not known: no cost was ever stored of it\n',
    });
  });

  it('--close says why a month cannot be closed, and freezes one that can', async () => {
    expect(await run('--month', '2025-03', '--close')).toMatchObject({
      code: 1,
      stderr:
        'nothing was done: 2025-03 cannot be closed: costs of 29 of its days are missing, the first of them 2025-03-03\n',
    });
    await execute(
      database.url,
      `INSERT INTO cost_days (cluster, day, account_usd, estimated, basis, attribution, run_id, cluster_usd, policy, digest)
       SELECT 'alpha', day, 0, false, 'amortized', 'x', 1, 0, '', '' FROM generate_series('2025-03-03'::date, '2025-03-31', '1 day') day`,
    );
    expect(await run('--month', '2025-03', '--close')).toEqual({
      code: 0,
      stdout: 'closed 2025-03 as version 1\nAWS may still change 1 of its days: that will show as an adjustment\n',
      stderr: '',
    });
    expect((await run('--month', '2025-03', '--close')).stdout).toBe(
      '2025-03 is closed already: AWS restated nothing since version 1\n',
    );
  });
});

describe('GET /statements/{month}', () => {
  it('lays 2,000 users out as PDF, while others get their responses', async () => {
    const api = await BuiltApi.start(database.url);
    try {
      const pdf = fetch(`${api.url}/statements/2025-03?format=pdf&cluster=alpha`).then(async (response) => {
        const bytes = Buffer.from(await response.arrayBuffer());
        return { status: response.status, type: response.headers.get('content-type'), bytes };
      });
      const begun = performance.now();
      const pdfMade = { isOver: false };
      let slowestMs = 0;
      const others = (async () => {
        for (; !pdfMade.isOver; await sleep(20)) {
          const asked = performance.now();
          await (await fetch(`${api.url}/live`)).text();
          slowestMs = Math.max(slowestMs, performance.now() - asked);
        }
      })();
      await pdf.finally(() => (pdfMade.isOver = true));
      await others;
      // Laid out at one go, it would keep them waiting for most of its time.
      expect(slowestMs).toBeLessThan((performance.now() - begun) / 2);
      const { status, type, bytes } = await pdf;
      expect([status, type]).toEqual([200, 'application/pdf']);
      expect(bytes.toString('latin1').match(/\/Type \/Page\b/g)!.length).toBeGreaterThan(30);
      const xlsx = await fetch(`${api.url}/statements/2025-03?format=xlsx&cluster=alpha`);
      expect([xlsx.status, xlsx.headers.get('content-disposition')]).toEqual([
        200,
        'attachment; filename="statement-2025-03.xlsx"',
      ]);
    } finally {
      await api.stop();
    }
  });
});
