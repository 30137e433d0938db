import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { parseApiConfig, parseSyncConfig } from '#libs/config';
import { startPrometheus, type EmbeddedPrometheus } from '#libs/embedded';
import { createApi } from '../../../apps/api/src/create-api.js';
import { historyText, startSimulator, type Simulator } from '../../../apps/simulator/src/index.js';
import { allSucceeded } from '../../../apps/sync/src/run-summary.js';
import { SyncRunner } from '../../../apps/sync/src/runner.js';
import { SyncModule } from '../../../apps/sync/src/sync.module.js';
import { CHOSEN, DASHBOARDS, queryNamed, sqlQueriesOf } from '../../medium/grafana/dashboard-files.js';
import type { Picked } from '../../medium/grafana/expand-variables.js';
import { Grafana, type Value } from '../../medium/grafana/grafana.js';
import { expectColumnsFor } from '../../medium/grafana/panel-columns.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

const CLUSTER = 'hub-cluster';
/** Ends an hour from now, so that the run of this test is in it. */
const to = new Date(Date.now() + 3_600_000);
const from = new Date(to.getTime() - 8 * 86_400_000);
const range = { from: from.toISOString(), to: to.toISOString() };

const CLOUD = 'jupyterhub-cloud-costs';
const USERS = 'jupyterhub-user-costs';
const GROUPS = 'jupyterhub-group-costs';

/** Nothing of the panels is empty on the simulated estate but what only a second sync can fill, or an unusual day. */
const FILLED_LATER = [
  'Restatements, by the day they were seen',
  'What changed, and by how much',
  'Hubs whose usage was not read',
  'Days whose compute is divided by memory requests',
  'Unusual days',
];

let simulator: Simulator;
let prometheus: EmbeddedPrometheus;
let database: TestDatabase;
let api: NestFastifyApplication;
let grafana: Grafana;
let base: string;

beforeAll(async () => {
  simulator = await startSimulator({ estate: { clusterName: CLUSTER, historyDays: 10, users: 40 } });
  prometheus = await startPrometheus({ history: historyText(simulator.estate, { scrapeIntervalSeconds: 300 }) });
  database = await createTestDatabase();
  await sync();
  api = await createApi(parseApiConfig({ DATABASE_URL: database.url, PORT: '0', CLUSTER_NAME: CLUSTER }), false);
  await api.listen(0, '127.0.0.1');
  base = await api.getUrl();
  grafana = await Grafana.connect(database.url, { from, to });
});

afterAll(async () => {
  await grafana?.close();
  await api?.close();
  await database?.drop();
  await prometheus?.stop();
  await simulator?.close();
});

/** One run of the real sync against the simulated account and cluster. */
async function sync(): Promise<void> {
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_COST_EXPLORER: simulator.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  const config = parseSyncConfig({
    DATABASE_URL: database.url,
    CLUSTER_NAME: CLUSTER,
    PROMETHEUS_URL: prometheus.url,
    USAGE_RESOLUTION: '5m',
    BUDGETS_FILE: 'apps/demo/budgets.yaml',
  });
  const app = await NestFactory.createApplicationContext(SyncModule.configuredBy(config), { logger: false });
  try {
    const progress = { begin() {}, show() {}, end() {} };
    const { signal } = new AbortController();
    const result = await app.get(SyncRunner).run({ trigger: 'once', days: undefined, signal, progress });
    expect(result !== 'locked' && allSucceeded(result)).toBe(true);
  } finally {
    await app.close();
    process.env = before;
  }
}

type Row = Readonly<Record<string, Value>>;

async function panel(uid: string, title: string, picked: Readonly<Record<string, Picked>> = {}): Promise<Row[]> {
  const frame = await grafana.ask(queryNamed(uid, title), { cluster: CLUSTER, ...CHOSEN, top_users: '10', ...picked });
  return frame.rows.map((row) =>
    Object.fromEntries(
      frame.fields.map(({ name }, index) => {
        const value = row[index] ?? null;
        return [name, value instanceof Date ? value.toISOString().slice(0, 10) : value];
      }),
    ),
  );
}

async function rest(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<Row[]> {
  const response = await fetch(`${base}${path}?${new URLSearchParams({ ...range, ...parameters }).toString()}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Row[];
}

/** Rows as figures by what they are about; rows about the same are added up. */
function figures(rows: readonly Row[], about: readonly string[], amount: string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) {
    const key = about.map((name) => String(row[name])).join(' | ');
    sums.set(key, (sums.get(key) ?? 0) + Number(row[amount]));
  }
  return sums;
}

/** The same figures for the same things, so far as the rounding of the REST answer lets one see. */
function expectSame(shown: Map<string, number>, answered: Map<string, number>, roundingUsd: number): void {
  expect([...shown.keys()].sort()).toEqual([...answered.keys()].sort());
  expect(answered.size).toBeGreaterThan(0);
  for (const [key, value] of answered) {
    expect({ key, off: Math.abs(shown.get(key)! - value) <= roundingUsd + 1e-9 ? 0 : shown.get(key)! - value }).toEqual(
      { key, off: 0 },
    );
  }
}

const HALF_A_CENT = 0.005;
/** Sums of many figures, each rounded to 4 digits. */
const ROUNDED_SUM = 0.00005 * 9 * 2 * 4;

describe('the dashboards on the simulated estate', () => {
  it('fill every panel and every picker', async () => {
    for (const query of DASHBOARDS.flatMap(sqlQueriesOf)) {
      const frame = await grafana.ask(query, { cluster: CLUSTER, ...CHOSEN });
      if (FILLED_LATER.includes(query.title)) continue;
      expect([query.dashboard, query.title, frame.rows.length > 0]).toEqual([query.dashboard, query.title, true]);
      expectColumnsFor(query, frame, { from, to });
    }
  });

  it('find every user of the picker, whatever the name', async () => {
    const names = (await panel(USERS, 'user')).map(({ username }) => String(username));
    expect(names.filter((name) => /['"\\%]/.test(name)).length).toBeGreaterThan(2);
    for (const name of names) {
      const found = (await panel(USERS, 'Users', { user: [name] })).slice(1);
      expect(new Set(found.map(({ User }) => User))).toEqual(new Set([name]));
    }
  });

  it('stay within what is read and never lose a cent: users and unallocated add up to the attributable cost', async () => {
    const sum = (rows: readonly Row[]) => rows.reduce((total, row) => total + Number(row['value']), 0);
    const costs = (await panel(CLOUD, 'Account and attributable')).filter(
      ({ metric }) => metric !== 'not attributable',
    );
    expect(sum(costs)).toBeGreaterThan(100);
    for (const title of ['Users by hub', 'Top $top_users users, everyone else, and what no user bears'])
      expect(sum(await panel(USERS, title))).toBeCloseTo(sum(costs), 6);
  });
});

describe('the figures are those of the REST answers for the same range', () => {
  it('/total_costs', async () => {
    const shown = new Map<string, number>();
    for (const { time, metric, value } of await panel(CLOUD, 'Account and attributable')) {
      const names = metric === 'not attributable' ? ['account'] : ['account', 'attributable'];
      for (const name of names) {
        const key = `${String(time)} | ${name}`;
        shown.set(key, (shown.get(key) ?? 0) + Number(value));
      }
    }
    expectSame(shown, figures(await rest('/total_costs'), ['date', 'name'], 'cost'), HALF_A_CENT);
  });

  it('/total_costs_per_hub', async () => {
    expectSame(
      figures(await panel(CLOUD, 'By hub'), ['time', 'metric'], 'value'),
      figures(await rest('/total_costs_per_hub'), ['date', 'name'], 'cost'),
      HALF_A_CENT,
    );
  });

  it.each([undefined, 'prod', 'support'])('/total_costs_per_component, hub %s', async (hub) => {
    expectSame(
      figures(await panel(CLOUD, 'By component', hub ? { hub: [hub] } : {}), ['time', 'metric'], 'value'),
      figures(await rest('/total_costs_per_component', hub ? { hub } : {}), ['date', 'component'], 'cost'),
      HALF_A_CENT,
    );
  });

  it.each(['full', 'split'])('/total_costs_per_group, %s', async (groups) => {
    expectSame(
      figures(await panel(GROUPS, 'By group', { counted: groups }), ['time', 'metric'], 'value'),
      figures(await rest('/total_costs_per_group', { groups }), ['date', 'usergroup'], 'cost'),
      HALF_A_CENT,
    );
  });

  it('/costs_per_user with a limit: the same users, the same sums', async () => {
    const answered = await rest('/costs_per_user', { limit: '10', groups: 'split' });
    const totals = figures(answered, ['user', 'hub'], 'value');
    const shown = new Map(
      (await panel(USERS, 'Top $top_users users')).map(({ User, Cost }) => [String(User), Number(Cost)]),
    );
    const labelled = new Map([...totals].map(([key, value]) => [key.replace(/ \| (.*)$/, ' ($1)'), value]));
    expectSame(shown, labelled, ROUNDED_SUM);
  });

  it.each([
    ['a hub', { hub: 'prod' }],
    ['a component', { component: 'home storage' }],
    ['a group', { usergroup: 'climate' }],
    ['nobody’s group', { usergroup: 'none' }],
  ])('/costs_per_user of %s: every user', async (_what, filter: Readonly<Record<string, string>>) => {
    const picked = Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, [value]]));
    // A group is asked for in full: the panel shows what its members cost.
    const answered = await rest('/costs_per_user', filter['usergroup'] ? filter : { ...filter, groups: 'split' });
    expectSame(
      figures((await panel(USERS, 'Users', picked)).slice(1), ['User', 'Hub'], 'Cost'),
      figures(answered, ['user', 'hub'], 'value'),
      ROUNDED_SUM,
    );
  });

  it('/total_usage: GiB-hours of memory', async () => {
    const shown = (await panel(USERS, 'Users')).slice(1).filter((row) => row['Memory GiB-hours'] !== null);
    // The users of binder are nobody: their usage is measured, and no cost is put to their names.
    const answered = (await rest('/total_usage', { component: 'compute' })).filter(({ hub }) => hub !== 'binder');
    expectSame(
      figures(shown, ['User', 'Hub'], 'Memory GiB-hours'),
      figures(answered, ['user', 'hub'], 'gib_hours'),
      0.01,
    );
  });

  it('/user_groups, /users_with_multiple_groups and /users_with_no_groups, of the latest day', async () => {
    const answered = await rest('/user_groups');
    const periods = await panel(GROUPS, 'Who was in which group, and when');
    // In the first minutes of a day nothing is known of it yet.
    const latest = periods
      .map((row) => String(row['Last day']))
      .sort()
      .at(-1);
    const newest = periods.filter((row) => row['Last day'] === latest);
    const names = (rows: readonly Row[], ...about: string[]) =>
      [...new Set(rows.map((row) => about.map((name) => String(row[name])).join(' | ')))].sort();
    expect(names(newest, 'User', 'Hub', 'Group')).toEqual(names(answered, 'username', 'hub', 'usergroup'));
    const ofLatest = (rows: readonly Row[]) => rows.filter((row) => row['Last day'] === latest);
    expect(names(ofLatest((await panel(GROUPS, 'Users in several groups')).slice(1)), 'User', 'Hub')).toEqual(
      names(await rest('/users_with_multiple_groups'), 'username', 'hub'),
    );
    expect(names(ofLatest((await panel(GROUPS, 'Users in no group')).slice(1)), 'User', 'Hub')).toEqual(
      names(await rest('/users_with_no_groups'), 'username', 'hub'),
    );
  });
});
