import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSyncConfig } from '#libs/config';
import { DEFAULT_ATTRIBUTION } from '#libs/domain';
import { startPrometheus, type EmbeddedPrometheus } from '#libs/embedded';
import { Client } from 'pg';
import { examine } from '../../../apps/doctor/src/examine.js';
import type { Finding } from '../../../apps/doctor/src/finding.js';
import { historyText, startSimulator, type FaultRequest, type Simulator } from '../../../apps/simulator/src/index.js';
import { createEmptyTestDatabase, createTestDatabase, type TestDatabase } from '../../support/database.js';
import { startPrometheusProxy, type PrometheusProxy } from '../sync/prometheus-proxy.js';
import { clockVariables } from '../../support/clock-variables.js';

const HISTORY_DAYS = 3;
const AWS_VARIABLES = ['AWS_ENDPOINT_URL_COST_EXPLORER', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

let simulator: Simulator;
let prometheus: EmbeddedPrometheus;
/** With this process's clock: the doctor compares clocks. */
let proxy: PrometheusProxy;
let database: TestDatabase;
const before = Object.fromEntries(AWS_VARIABLES.map((name) => [name, process.env[name]]));

beforeAll(async () => {
  simulator = await startSimulator({ estate: { historyDays: HISTORY_DAYS, users: 12 } });
  prometheus = await startPrometheus({ history: historyText(simulator.estate) });
  proxy = await startPrometheusProxy(prometheus.url);
  database = await createTestDatabase();
});

afterAll(async () => {
  for (const name of AWS_VARIABLES) setOrDelete(name, before[name]);
  await database?.drop();
  await proxy?.close();
  await prometheus?.stop();
  await simulator?.close();
});

beforeEach(() => simulator.faults.clear());

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    ...CREDENTIALS,
    AWS_ENDPOINT_URL_COST_EXPLORER: simulator.url,
    DATABASE_URL: database.url,
    CLUSTER_NAME: simulator.estate.options.clusterName,
    PROMETHEUS_URL: proxy.url,
    ...more,
  };
}

function setOrDelete(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

interface Seen {
  readonly byCheck: ReadonlyMap<string, Finding>;
  /** `status check` of all that is neither ok nor skipped. */
  readonly complaints: readonly string[];
  readonly requests: number;
}

async function see(more: Readonly<Record<string, string>> = {}): Promise<Seen> {
  const variables = environment(more);
  for (const name of AWS_VARIABLES) process.env[name] = variables[name];
  const { findings, requests } = await examine(parseSyncConfig(variables), new Date());
  return {
    byCheck: new Map(findings.map((finding) => [finding.check, finding])),
    complaints: findings.flatMap(({ status, check }) =>
      status === 'ok' || status === 'skipped' ? [] : [`${status} ${check}`],
    ),
    requests,
  };
}

/** What is amiss with the estate as it is: the test's superuser, a short history, an alias not set, a hub without tag. */
const USUAL = [
  'warning privileges of the sync',
  'warning memory of Prometheus',
  'warning hub research',
  'warning namespace sandbox',
];

describe('the doctor', () => {
  it('finds a good deployment good, and asks AWS four questions', async () => {
    const { complaints, byCheck, requests } = await see();
    expect(complaints.filter((complaint) => complaint !== 'warning hub workshop')).toEqual(USUAL);
    expect(requests).toBe(4);
    expect(byCheck.get('tag 2i2c:hub-name')).toMatchObject({ status: 'ok', found: 'active: costs carry it' });
    expect(byCheck.get('costs of the cluster')!.found).toMatch(/^\d+\.\d\d USD carry a tag of cluster hub-cluster, /);
    expect(byCheck.get('memory of Prometheus')!.found).toContain(`compute since ${simulator.estate.usageFrom}`);
    expect(byCheck.get('directories matched to users')).toMatchObject({ status: 'ok' });
    expect(byCheck.get('pods matched to users')).toMatchObject({
      status: 'ok',
      found: expect.stringMatching(/^\d+ of \d+ \(100%\)/),
    });
    expect(byCheck.get('hub research')!.remedy).toContain('"namespaceHubs": {"research-hub": "research"}');
    expect(byCheck.get('clocks')).toMatchObject({
      status: 'ok',
      found: 'database agrees, AWS agrees, Prometheus agrees',
    });
  });

  it('tells an inactive hub tag from active ones', async () => {
    const other = await startSimulator({
      estate: { historyDays: HISTORY_DAYS, users: 12 },
      inactiveTags: ['2i2c:hub-name'],
    });
    try {
      const { byCheck } = await see({ AWS_ENDPOINT_URL_COST_EXPLORER: other.url });
      expect(byCheck.get('tag 2i2c:hub-name')).toMatchObject({
        status: 'failure',
        found: 'inactive: every cost is counted for hub support',
        remedy: expect.stringMatching(/payer account.*24 h/),
      });
      expect(byCheck.get('costs by hub')).toMatchObject({ status: 'failure' });
      expect(byCheck.get('tag 2i2c:node-purpose')).toMatchObject({ status: 'ok' });
    } finally {
      await other.close();
    }
  });

  it('finds the tag that is spelt another way in AWS', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
    const file = join(folder, 'attribution.json');
    const nodeTag = { key: '2i2c.org/node-purpose', value: 'core' };
    writeFileSync(file, JSON.stringify({ core: { ...DEFAULT_ATTRIBUTION.core, nodeTag } }));
    try {
      const { byCheck } = await see({ ATTRIBUTION_FILE: file });
      expect(byCheck.get('tag 2i2c.org/node-purpose')).toMatchObject({
        status: 'failure',
        found: expect.stringMatching(
          /^misspelt\? AWS knows no such tag, but 2i2c:node-purpose: core nodes are counted/,
        ),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('names the database that is away, wrong, or not migrated; the rest is examined all the same', async () => {
    const away = await see({ DATABASE_URL: 'postgres://costs:s3cret@127.0.0.1:1/costs' });
    expect(away.byCheck.get('database')).toMatchObject({
      status: 'failure',
      found: expect.stringContaining('ECONNREFUSED'),
    });
    expect(away.byCheck.get('Prometheus')).toMatchObject({ status: 'ok' });
    expect(JSON.stringify([...away.byCheck])).not.toContain('s3cret');

    const empty = await createEmptyTestDatabase();
    try {
      const { byCheck } = await see({ DATABASE_URL: empty.url });
      expect(byCheck.get('migrations')).toMatchObject({ status: 'warning', found: 'the database is not migrated' });
    } finally {
      await empty.drop();
    }
  });

  it('finds the sync’s role sufficient, and another one not', async () => {
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    const login = `doctor_${process.pid}`;
    const url = new URL(database.url);
    url.username = login;
    url.password = 'of-a-test';
    try {
      await owner.query(`CREATE ROLE ${login} LOGIN PASSWORD 'of-a-test'`);
      const none = (await see({ DATABASE_URL: url.href })).byCheck;
      expect(none.get('privileges of the sync')).toMatchObject({
        status: 'failure',
        remedy: expect.stringContaining(`GRANT jupyterhub_costs_sync TO "${login}"`),
      });
      await owner.query(`GRANT jupyterhub_costs_sync TO ${login}`);
      const member = (await see({ DATABASE_URL: url.href })).byCheck;
      for (const check of ['database', 'migrations', 'privileges of the sync', 'role of the API']) {
        expect(member.get(check)).toMatchObject({ status: 'ok', check });
      }
    } finally {
      await owner.query(`DROP ROLE IF EXISTS ${login}`);
      await owner.end();
    }
  });

  it.each<[string, FaultRequest, string, RegExp]>([
    [
      'expired credentials',
      { kind: 'error', name: 'ExpiredTokenException', times: 9 },
      'AWS Cost Explorer',
      /the AWS credentials have expired/,
    ],
    [
      'a missing permission',
      { kind: 'error', name: 'AccessDeniedException', operation: 'GetCostAndUsage', times: 9 },
      'ce:GetCostAndUsage',
      /AccessDenied/,
    ],
    ['an endpoint that is no AWS', { kind: 'html', times: 9 }, 'AWS Cost Explorer', /HTTP 502|JSON/],
  ])('names %s', async (_what, fault, check, found) => {
    simulator.faults.add(fault);
    const { byCheck } = await see();
    expect(byCheck.get(check)).toMatchObject({ status: 'failure', found: expect.stringMatching(found) });
    expect(JSON.stringify([...byCheck])).not.toMatch(/arn:aws|123456789012/);
  });

  it('judges tags by costs alone in a member account', async () => {
    const message = "Failed to list Cost Allocation Tags: Linked account doesn't have access to cost allocation tags.";
    simulator.faults.add({
      kind: 'error',
      name: 'AccessDeniedException',
      message,
      operation: 'ListCostAllocationTags',
      times: 9,
    });
    const { complaints, byCheck } = await see();
    expect(byCheck.get('ce:ListCostAllocationTags')).toMatchObject({ status: 'ok' });
    expect(complaints.filter((complaint) => complaint !== 'warning hub workshop')).toEqual(USUAL);
  });

  it('says that another cluster’s name has no costs', async () => {
    const { byCheck } = await see({ CLUSTER_NAME: 'no-such-cluster' });
    expect(byCheck.get('costs of the cluster')).toMatchObject({
      status: 'failure',
      found: 'no cost carries a tag of cluster no-such-cluster',
    });
  });

  it('names a Prometheus that is away', async () => {
    const { byCheck } = await see({ PROMETHEUS_URL: 'http://127.0.0.1:1' });
    expect(byCheck.get('Prometheus')).toMatchObject({
      status: 'failure',
      found: expect.stringContaining('no answer (ECONNREFUSED); check PROMETHEUS_URL'),
    });
    expect(byCheck.get('hubs')).toMatchObject({ status: 'skipped' });
  });

  it('names the metrics that an empty Prometheus lacks', async () => {
    const empty = await startPrometheus();
    try {
      const emptyProxy = await startPrometheusProxy(empty.url);
      const { complaints } = await see({ PROMETHEUS_URL: emptyProxy.url });
      await emptyProxy.close();
      expect(complaints).toEqual(
        expect.arrayContaining([
          'failure memory of pods',
          'failure usernames of pods',
          'failure home directories',
          'warning groups of users',
          'failure memory of Prometheus',
        ]),
      );
    } finally {
      await empty.stop();
    }
  });
});

interface Exit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `npm run doctor` runs, with nothing in its environment but PATH and `variables`. */
async function runDoctor(args: readonly string[], variables: Readonly<Record<string, string>>): Promise<Exit> {
  const child = spawn(process.execPath, [join(process.cwd(), 'dist/apps/doctor/src/main.js'), ...args], {
    env: { ...clockVariables(), PATH: process.env['PATH'], ...variables },
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (said.stdout += String(text)));
  child.stderr.on('data', (text) => (said.stderr += String(text)));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...said };
}

describe('npm run doctor', () => {
  it('prints a table, what it cost, and ends with 0 when nothing fails', async () => {
    const { code, stdout } = await runDoctor([], environment());
    expect(stdout).toMatch(
      /^settings: DATABASE_URL=.*\n\nSTATUS {3}CHECK .*REMEDY\nok {7}environment .*\nok {7}database /,
    );
    expect(stdout).toMatch(/\n\d+ ok, \d warnings; 4 requests to Cost Explorer for 0\.04 USD\n$/);
    expect(code).toBe(0);
  });

  it('ends with 1 when anything fails', async () => {
    const { code, stdout } = await runDoctor([], environment({ PROMETHEUS_URL: 'http://127.0.0.1:1' }));
    expect(stdout).toMatch(/\nfailure {2}Prometheus /);
    expect(code).toBe(1);
  });

  it('names every fault of the environment, and takes no arguments', async () => {
    const { code, stderr } = await runDoctor([], {});
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/DATABASE_URL.*CLUSTER_NAME.*PROMETHEUS_URL/s),
    });
    expect(await runDoctor(['--help'], {})).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('usage: npm run doctor'),
    });
  });
});
