import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { findFreePort, startPrometheus, type EmbeddedPrometheus } from '#libs/embedded';
import { historyText, startSimulator, type Simulator } from '../../apps/simulator/src/index.js';
import { ADMIN_URL, execute, urlOfDatabase } from '../support/database.js';
import { podsOf, render, withValues, type Container, type PodSpec } from './chart.js';
import { PodRunner, type Started } from './run-container.js';

const DATABASE = `pods_${randomBytes(4).toString('hex')}`;
const OWNER_PASSWORD = 'trial-of-the-owner';
const admin = process.env[ADMIN_URL]!;

let simulator: Simulator;
let prometheus: EmbeddedPrometheus;
let runner: PodRunner;
let pods: Readonly<Record<string, PodSpec>>;
let token: string;
const running: Started[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ estate: { historyDays: 3, users: 12 } });
  prometheus = await startPrometheus({ history: historyText(simulator.estate) });
  // As the image of PostgreSQL makes it from the pod's variables.
  await execute(admin, `CREATE ROLE costs_owner SUPERUSER LOGIN PASSWORD '${OWNER_PASSWORD}'`);
  await execute(admin, `CREATE DATABASE ${DATABASE} OWNER costs_owner TEMPLATE template0`);
  const made = spawnSync(process.execPath, ['dist/apps/api/src/access/make-token.js', 'finance'], { encoding: 'utf8' });
  token = made.stdout.trim();
  const objects = render(
    withValues({
      clusterName: simulator.estate.options.clusterName,
      prometheus: { url: prometheus.url },
      database: { embedded: { enabled: true, password: OWNER_PASSWORD } },
      attribution: { namespaceHubs: { 'research-hub': 'research' } },
      budgets: [{ name: 'prod in a month', hub: 'prod', per: 'month', amount: 2000, thresholds: [{ percent: 80 }] }],
      alerts: { webhook: { url: 'http://127.0.0.1:9/alerts', secret: 's3cret' } },
      sync: { env: { USAGE_RESOLUTION: '5m', SYNC_MAX_REQUESTS: 500 } },
      extraEnv: [
        { name: 'AWS_ENDPOINT_URL_COST_EXPLORER', value: simulator.url },
        { name: 'AWS_ACCESS_KEY_ID', value: 'test' },
        { name: 'AWS_SECRET_ACCESS_KEY', value: 'test' },
      ],
      access: {
        tokens: [JSON.parse(made.stderr.slice(made.stderr.indexOf('{')))],
        hubs: [
          {
            hub: 'prod',
            url: 'https://jupyter.example.org/hub',
            clientId: 'service-costs',
            clientSecret: 'hush',
            callbackUrl: 'https://costs.example.org/oauth_callback',
          },
        ],
        sessionKey: randomBytes(32).toString('base64'),
      },
      basePath: '/services/costs/',
    }),
  );
  pods = Object.fromEntries(podsOf(objects).map(({ part, pod }) => [part, pod]));
  const { hostname, port } = new URL(admin);
  runner = new PodRunner(objects, {
    'jupyterhub-cost-monitoring-postgres:5432/costs': `${hostname}:${port}/${DATABASE}`,
  });
});

afterAll(async () => {
  for (const { process } of running) process.kill('SIGKILL');
  await simulator?.close();
  await prometheus?.stop();
  await execute(admin, `DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
  await execute(admin, 'DROP ROLE IF EXISTS costs_owner');
});

const containerOf = (part: string): Container => pods[part]!.containers[0]!;
const start = (part: string, container = containerOf(part), command = container.command, more = {}) =>
  runner.start(pods[part]!, container, command, more);

it('they run as a user who cannot write where the program is', async () => {
  for (const part of ['api', 'sync']) {
    const { securityContext } = containerOf(part);
    expect(securityContext).toMatchObject({ runAsUser: 1000, readOnlyRootFilesystem: true });
    // Only root can become that user.
    if (process.getuid?.() !== 0) continue;
    const { output } = await start(part, containerOf(part), ['sh', '-c', 'id -u; touch dist/x package.json /proc/x'])
      .ended;
    expect(output).toMatch(/^1000\n/);
    expect(output.match(/Permission denied|No such file/g)).toHaveLength(3);
  }
});

it('migrates as the owner, and gives the roles their rights and passwords', async () => {
  const migrated = await start('migrate', pods['migrate']!.initContainers![0]!).ended;
  expect(migrated).toEqual({ code: 0, output: expect.stringMatching(/^applied /) });
  const { hostname, port } = new URL(admin);
  const granted = await start('migrate', containerOf('migrate'), containerOf('migrate').command, {
    PGHOST: hostname,
    PGPORT: port,
    PGDATABASE: DATABASE,
  }).ended;
  expect(granted.code).toBe(0);
  expect(
    granted.output.split('\n').filter((line) => line.includes('ERROR') && !line.includes('already exists')),
  ).toEqual([]);
  const again = await start('migrate', pods['migrate']!.initContainers![0]!).ended;
  expect(again).toEqual({ code: 0, output: 'the database is up to date\n' });
});

it('fills the database as the role of the sync', async () => {
  const { command } = containerOf('sync');
  const { code, output } = await start('sync', containerOf('sync'), [...command, '--once']).ended;
  expect([code, output]).toEqual([0, expect.stringContaining('SYNC_MAX_REQUESTS=500')]);
  const client = new Client({ connectionString: urlOfDatabase(admin, DATABASE) });
  await client.connect();
  const { rows } = await client.query<{ run: string }>(`SELECT concat_ws(' ', source, status) AS run FROM sync_runs`);
  const budgets = await client.query(`SELECT DISTINCT name FROM budgets`);
  expect(budgets.rows).toEqual([{ name: 'prod in a month' }]);
  await client.end();
  expect(rows.map(({ run }) => run).sort()).toEqual(
    ['budgets', 'cost-explorer', 'prometheus'].map((source) => `${source} succeeded`),
  );
});

it('examines it with the command of NOTES', async () => {
  const [, command] = /exec deploy\/.* -- (node .*)/.exec(
    readFileSync('helm/jupyterhub-cost-monitoring/templates/NOTES.txt', 'utf8'),
  )!;
  const { code, output } = await start('sync', containerOf('sync'), command!.split(' ')).ended;
  expect([code, output]).toEqual([0, expect.stringMatching(/4 requests to Cost Explorer for 0\.04 USD/)]);
  expect(output).not.toMatch(/failure/);
});

it('serves it as the role of the API, to whom the values let in, with metrics on their own port', async () => {
  const [port, metrics] = [await findFreePort(), await findFreePort()];
  const api = start('api', containerOf('api'), undefined, { PORT: String(port), METRICS_PORT: String(metrics) });
  running.push(api);
  const { readinessProbe, livenessProbe } = containerOf('api');
  const statusOf = (at: number, path: string, headers = {}) =>
    fetch(`http://127.0.0.1:${at}${path}`, { headers }).then(
      ({ status }) => status,
      () => 0,
    );
  while ((await statusOf(port, readinessProbe!.httpGet!.path)) !== 200) {
    if (api.process.exitCode !== null) throw new Error((await api.ended).output);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(await statusOf(port, livenessProbe!.httpGet!.path)).toBe(200);
  expect(await statusOf(port, '/total_costs')).toBe(401);
  const authorization = { Authorization: `Bearer ${token}` };
  for (const path of ['/total_costs', '/services/costs/total_costs']) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: authorization });
    expect(((await response.json()) as unknown[]).length).toBeGreaterThan(10);
  }
  expect(await statusOf(port, '/services/costs/oauth_login?hub=prod')).not.toBe(500);
  expect(await statusOf(port, '/metrics', authorization)).toBe(404);
  expect(await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()).toContain('cost_monitoring_database_up 1');
  api.process.kill('SIGTERM');
  expect((await api.ended).code).toBe(0);
});

it('the image has what the commands of NOTES need', () => {
  const dockerfile = readFileSync('Dockerfile', 'utf8');
  expect(dockerfile).toMatch(/^COPY migrations\/sql migrations\/sql$/m);
  expect(dockerfile).toMatch(/^WORKDIR \/app$/m);
  expect(execFileSync('psql', ['--version'], { encoding: 'utf8' })).toContain('psql');
});
