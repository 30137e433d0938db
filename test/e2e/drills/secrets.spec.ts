import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { killLeftSyncs, runMigrate, runSync, startSync, type SyncExit } from '../sync/sync-process.js';
import { startDrillEstate, variablesOf, type DrillEstate } from './drill-estate.js';
import { DrilledDatabase } from './drilled-database.js';

const SECRETS = {
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY',
  AWS_SESSION_TOKEN: 'FwoGZXIvYXdzEJrEXAMPLESESSIONTOKEN',
  PROMETHEUS_PASSWORD: 'open-sesame-of-prometheus',
};
const BEARER_TOKEN = 'eyJhbGciOi.bearer-token-of-prometheus';
const WRONG_PASSWORD = 'a-password-that-the-database-refuses';

let simulator: DrillEstate;
let database: DrilledDatabase;
let echoing: Server;
beforeAll(async () => {
  simulator = await startDrillEstate();
  database = await DrilledDatabase.create();
  // A proxy that quotes what it refuses.
  echoing = createServer((request, response) => {
    response.writeHead(403, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'error', error: `refused: ${JSON.stringify(request.headers)}` }));
  });
  await new Promise<void>((resolve) => echoing.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  killLeftSyncs();
  await new Promise((resolve) => echoing?.close(resolve));
  await database?.drop();
  await simulator?.close();
});

const variables = (): Record<string, string> => ({
  ...variablesOf(simulator, database.url),
  ...SECRETS,
  AWS_ACCESS_KEY_ID: 'ASIAIOSFODNN7EXAMPLE',
  PROMETHEUS_USERNAME: 'grafana',
  NODE_ENV: 'production',
});
const echoUrl = () => `http://127.0.0.1:${(echoing.address() as AddressInfo).port}`;

/** Everything that must not be seen, also as HTTP sends it. */
function secretsOf(environment: Readonly<Record<string, string>>): string[] {
  const basic = Buffer.from(`grafana:${SECRETS.PROMETHEUS_PASSWORD}`).toString('base64');
  const { password } = new URL(environment['DATABASE_URL']!);
  return [...Object.values(SECRETS), BEARER_TOKEN, basic, WRONG_PASSWORD, password];
}

async function expectNoSecret({ stdout, stderr }: SyncExit, environment: Readonly<Record<string, string>>) {
  const recorded = await database.query(`SELECT * FROM sync_runs`);
  for (const secret of secretsOf(environment)) {
    expect(secret.length).toBeGreaterThan(8);
    for (const text of [stdout, stderr, JSON.stringify(recorded)]) expect(text).not.toContain(secret);
  }
}

/** The log's lines, each a JSON object; what the summary says to people is no part of it. */
const logOf = ({ stdout, stderr }: SyncExit): Record<string, unknown>[] =>
  `${stdout}\n${stderr}`
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('what a sync says in production', () => {
  it('is JSON, and every line of a run has the run, its source and its window', async () => {
    const exit = await runSync(['--once'], variables());
    expect(exit).toMatchObject({ code: 0, stderr: '' });
    await expectNoSecret(exit, variables());
    const ofRuns = logOf(exit).filter(({ context }) => context === 'Sync');
    expect(ofRuns.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['run started', 'run succeeded', expect.stringMatching(/^Prometheus has no samples of/)]),
    );
    const runs = await database.query<{ id: string; source: string; from: string; until: string }>(
      `SELECT id::text, source, window_from::text AS from, window_until::text AS until FROM sync_runs`,
    );
    for (const { runId, source, from, until } of ofRuns)
      expect(runs).toContainEqual({ id: runId, source, from, until });
    expect(
      ofRuns.find(({ message, source }) => message === 'run succeeded' && source === 'cost-explorer'),
    ).toMatchObject({
      level: 'log',
      days: expect.any(Number),
      daysChanged: expect.any(Number),
      rowsWritten: expect.any(Number),
      restatements: 0,
      requests: expect.any(Number),
      durationMs: expect.any(Number),
    });
  });

  it('of the schedule is JSON, line by line', async () => {
    const sync = startSync([], variables());
    await sync.untilItSays(/next run at/);
    sync.signal('SIGTERM');
    const exit = await sync.ended;
    expect(exit.stdout.trim().split('\n')).toHaveLength(logOf(exit).length);
    expect(exit.stderr).toBe('');
  });
});

describe('secrets are in nothing that a sync says or records', () => {
  const quoting = (name: string) =>
    ({
      kind: 'error',
      name,
      status: 403,
      times: 100,
      message: `The Canonical String should have been 'POST x-amz-security-token:${SECRETS.AWS_SESSION_TOKEN}'`,
    }) as const;

  it.each<[string, () => Record<string, string>, RegExp]>([
    [
      'a Prometheus that quotes the password that it refuses',
      () => ({ PROMETHEUS_URL: echoUrl() }),
      /HTTP 403: refused/,
    ],
    [
      'a Prometheus that quotes the token that it refuses',
      () => ({
        PROMETHEUS_URL: echoUrl(),
        PROMETHEUS_BEARER_TOKEN: BEARER_TOKEN,
        PROMETHEUS_USERNAME: '',
        PROMETHEUS_PASSWORD: '',
      }),
      /HTTP 403: refused/,
    ],
    [
      'a Prometheus with credentials in its address',
      () => ({ PROMETHEUS_URL: `http://grafana:${SECRETS.PROMETHEUS_PASSWORD}@127.0.0.1:9/` }),
      /Prometheus at http:\/\/127\.0\.0\.1:9, .*ECONNREFUSED/,
    ],
    [
      'a database that refuses the password',
      () => {
        const url = new URL(database.url);
        url.password = WRONG_PASSWORD;
        return { DATABASE_URL: url.href };
      },
      /the sync cannot run: the database refused the credentials: password authentication failed/,
    ],
    [
      'a database that is away',
      () => ({ DATABASE_URL: `postgres://costs:${WRONG_PASSWORD}@127.0.0.1:9/costs` }),
      /the sync cannot run: .*ECONNREFUSED/,
    ],
    [
      'settings that make no sense',
      () => ({ SYNC_CRON: BEARER_TOKEN, COST_BASIS: WRONG_PASSWORD }),
      /SYNC_CRON: must be/,
    ],
  ])('%s', async (_, more, said) => {
    const exit = await runSync(['--once'], { ...variables(), ...more() });
    expect(exit.code).toBe(1);
    expect(exit.stdout + exit.stderr).toMatch(said);
    await expectNoSecret(exit, variables());
  });

  it.each(['InvalidSignatureException', 'IncompleteSignatureException'])('an AWS that answers %s', async (name) => {
    simulator.faults.add(quoting(name));
    const exit = await runSync(['--once'], variables());
    simulator.faults.clear();
    expect(exit.code).toBe(1);
    await expectNoSecret(exit, variables());
  });

  it('migrating with a password that is refused', async () => {
    const url = new URL(database.url);
    url.password = WRONG_PASSWORD;
    const exit = await runMigrate({ DATABASE_URL: url.href });
    expect(exit).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^cannot migrate: the database refused the credentials: password/),
    });
    await expectNoSecret(exit, variables());
  });
});
