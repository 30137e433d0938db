import { createDataSource, SyncSession } from '#libs/database';
import { addDays, eachDay, firstOfMonth, parseUsd, sumUsd, type DayWindow, type Usd } from '#libs/domain';
import { Client, types } from 'pg';
import { makeToken } from '../../../apps/api/src/access/new-token.js';
import { demoEnvironment } from '../../../apps/demo/src/demo-environment.js';
import { syncOnce } from '../../../apps/demo/src/sync-once.js';
import { startSimulator, type Simulator } from '../../../apps/simulator/src/index.js';
import { createTestDatabase, execute, urlOfDatabase, type TestDatabase, ADMIN_URL } from '../../support/database.js';
import { expectedDay } from '../../e2e/sync/expected-costs.js';
import { RunningApi } from '../api/running-api.js';
import { readDashboards, readQuestions, type Question } from './questions-page.js';

/** A row of user_costs, the table under all views of users and groups. */
interface Borne {
  readonly day: string;
  readonly hub: string;
  readonly username: string | null;
  readonly component: string;
  readonly usergroups: readonly string[] | null;
  readonly reason: string | null;
  readonly usd: string;
}

let simulator: Simulator;
let database: TestDatabase;
let client: Client;
let api: RunningApi;
let questions: Question[];
let before: DayWindow;
let last: DayWindow;
let borne: Borne[];
const environment = { ...process.env };

beforeAll(async () => {
  simulator = await startSimulator({ estate: { historyDays: 90 } });
  database = await createTestDatabase();
  const cluster = { simulator, prometheusUrl: undefined };
  await syncOnce(demoEnvironment({}, database.url, cluster), cluster, new AbortController().signal);
  client = new Client({
    connectionString: database.url,
    types: { getTypeParser: (oid: number, format) => (oid === 1082 ? String : types.getTypeParser(oid, format)) },
  });
  await client.connect();
  const { today, clusterName } = simulator.estate.options;
  questions = readQuestions(today);
  before = { from: firstOfMonth(today, -2), until: firstOfMonth(today, -1) };
  last = { from: firstOfMonth(today, -1), until: firstOfMonth(today) };
  borne = (
    await client.query<Borne>(
      `SELECT day::text, hub, username, component, usergroups, reason, (direct_usd + shared_usd)::text AS usd
       FROM user_costs WHERE day >= $1 AND day < $2`,
      [last.from, last.until],
    )
  ).rows;
  api = await RunningApi.start(database.url, clusterName);
});

afterAll(async () => {
  process.env = environment;
  await api?.stop();
  await client?.end();
  await database?.drop();
  await simulator?.close();
});

const restOf = async <Row>(number: number, index = 0): Promise<Row[]> =>
  api.rows<Row>(questions[number - 1]!.paths[index]!);
const sqlOf = async <Row extends object>(number: number): Promise<Row[]> =>
  (await client.query<Row>(questions[number - 1]!.sql)).rows;

/** What the simulated bill comes to in a window, of a hub's tag or of the cluster. */
function billed(window: DayWindow, hub?: string): Usd {
  const { clusterName } = simulator.estate.options;
  const parts = eachDay(window).flatMap((day) => [
    ...expectedDay(simulator.estate.lineItemsOn(day), clusterName).parts,
  ]);
  return sumUsd(parts.filter(([part]) => hub === undefined || part.startsWith(`${hub} |`)).map(([, usd]) => usd));
}

const cents = (usd: Usd) => (Math.round(Number(usd) / 1e8) / 100).toFixed(2);
const sumOf = (rows: readonly Borne[]) => sumUsd(rows.map(({ usd }) => parseUsd(usd)));

/** By a key, the highest first. */
function summed(rows: readonly Borne[], keyOf: (row: Borne) => string): [string, Usd][] {
  const keys = [...new Set(rows.map(keyOf))];
  return keys
    .map((key): [string, Usd] => [key, sumOf(rows.filter((row) => keyOf(row) === key))])
    .sort(([a, x], [b, y]) => (x < y ? 1 : x > y ? -1 : a < b ? -1 : 1));
}

/** `user`s of REST rows with the sum of their values, the highest first. */
function valuesByUser(rows: readonly { user: string; value: number }[]): [string, string][] {
  const sums = new Map<string, number>();
  for (const { user, value } of rows) sums.set(user, (sums.get(user) ?? 0) + value);
  return [...sums].sort(([, a], [, b]) => b - a).map(([user, value]) => [user, value.toFixed(1)]);
}

it('each names a dashboard, panels of it, and SQL', () => {
  expect(questions).toHaveLength(10);
  const dashboards = readDashboards();
  for (const { dashboard, sql, paths } of questions) {
    expect(sql).toContain('reporting.');
    expect([dashboard, paths.length > 0 || dashboard.startsWith('none')]).toEqual([dashboard, true]);
    if (dashboard === 'none.') continue;
    const [, title = ''] = /^\*\*(.+?)\*\*/.exec(dashboard) ?? [];
    const panels = [...dashboard.matchAll(/_([^_]+(?:_users[^_]*)?)_/g)].map(([, panel]) => panel!);
    expect([title, dashboards.has(title), panels.length > 0]).toEqual([title, true, true]);
    const menu = ['Inspect', 'Data', 'Download CSV'];
    for (const panel of panels.filter((one) => !menu.includes(one))) expect(dashboards.get(title)).toContain(panel);
  }
});

it('1. what hub prod cost, by month', async () => {
  const expected = [before, last].map((month) => ({ start: month.from, usd: cents(billed(month, 'prod')) }));
  const rest = await restOf<{ start: string; end: string; cost: string; name: string }>(1);
  expect(rest.map(({ start, cost }) => ({ start, usd: cost }))).toEqual(expected);
  expect(rest.map(({ end, name }) => [end, name])).toEqual([
    [addDays(before.until, -1), 'prod'],
    [addDays(last.until, -1), 'prod'],
  ]);
  expect(await sqlOf(1)).toEqual(expected.map(({ start, usd }) => ({ month: start, usd })));
});

it('2. the ten most expensive people, and their share', async () => {
  const people = summed(
    borne.filter(({ username }) => username !== null),
    ({ username }) => username!,
  ).slice(0, 10);
  expect(people).toHaveLength(10);
  const total = billed(last);
  expect(await sqlOf(2)).toEqual(
    people.map(([username, usd]) => ({
      username,
      usd: cents(usd),
      percent: (Math.round((Number(usd) * 1000) / Number(total)) / 10).toFixed(1),
    })),
  );
  const tenth = (usd: Usd) => (Number(usd) / 1e10).toFixed(1);
  const byUser = valuesByUser(await restOf(2));
  expect(byUser).toEqual(people.map(([username, usd]) => [username, tenth(usd)]));
  const totals = await restOf<{ name: string; cost: string }>(2, 1);
  expect(totals.find(({ name }) => name === 'attributable')!.cost).toBe(cents(total));
});

it('3. what nobody bore, and why', async () => {
  const nobody = borne.filter(({ reason }) => reason !== null);
  const byReason = summed(nobody, ({ component, reason }) => JSON.stringify([component, reason]));
  const sql = await sqlOf<{ component: string; reason: string; usd: string }>(3);
  expect(
    Object.fromEntries(sql.map(({ component, reason, usd }) => [JSON.stringify([component, reason]), usd])),
  ).toEqual(Object.fromEntries(byReason.map(([key, usd]) => [key, cents(usd)])));
  const rest = await restOf<{ usergroup: string | null; cost: number; reason: string | null }>(3);
  expect(
    Object.fromEntries(rest.flatMap(({ reason, cost }) => (reason === null ? [] : [[reason, cost.toFixed(2)]]))),
  ).toEqual(Object.fromEntries(summed(nobody, ({ reason }) => reason!).map(([reason, usd]) => [reason, cents(usd)])));
  // With what groups bear, it is all that the cluster cost: cents may differ by the rounding of each row.
  const all = rest.reduce((sum, { cost }) => sum + cost, 0);
  expect(Math.abs(all - Number(cents(billed(last))))).toBeLessThan(0.05);
});

it('4. what a group cost, and who is counted twice', async () => {
  const members = borne.filter(({ usergroups }) => usergroups?.includes('climate'));
  const full = sumOf(members);
  const split =
    members.reduce((sum, { usd, usergroups }) => sum + Number(parseUsd(usd)) / usergroups!.length, 0) / 1e10;
  const [sql] = await sqlOf<{ split_usd: string; full_usd: string }>(4);
  expect(sql!.full_usd).toBe(cents(full));
  expect(Math.abs(Number(sql!.split_usd) - split)).toBeLessThan(0.006);
  const cost = async (index: number) => (await restOf<{ cost: number }>(4, index)).map((row) => row.cost.toFixed(2));
  expect(await cost(0)).toEqual([sql!.split_usd]);
  expect(await cost(1)).toEqual([sql!.full_usd]);
  const twice = members.filter(({ usergroups }) => usergroups!.length > 1);
  expect(twice.length).toBeGreaterThan(0);
  const named = new Set((await restOf<{ username: string }>(4, 2)).map(({ username }) => username));
  const onLastDay = twice.filter(({ day }) => day === addDays(last.until, -1));
  for (const { username } of onLastDay) expect(named).toContain(username);
});

it('5. a CSV per person whose sum is the total, to the last digit', async () => {
  const { text, headers } = await api.get(questions[4]!.paths[0]!);
  expect(headers.get('content-type')).toMatch(/^text\/csv/);
  const [head, ...lines] = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  const column = head!.split(',').indexOf('value');
  const values = lines.map((line) => parseUsd(cellsOf(line)[column]!));
  const total = billed(last);
  expect(sumUsd(values)).toBe(total);
  const totals = await restOf<{ name: string; cost: string }>(5, 1);
  expect(parseUsd(totals.find(({ name }) => name === 'attributable')!.cost)).toBe(total);
  const sql = await sqlOf<{ who: string; usd: string }>(5);
  expect(Object.fromEntries(sql.map(({ who, usd }) => [who, parseUsd(usd)]))).toEqual(
    Object.fromEntries(summed(borne, ({ username, reason }) => username ?? `nobody: ${reason}`)),
  );
});

it('6. whether it is up to date', async () => {
  const { status, json } = await api.get(questions[5]!.paths[0]!);
  expect({ status, syncs: json.details.syncs.status, usage: json.details.usage }).toEqual({
    status: 200,
    syncs: 'up',
    usage: { status: 'up', gaps: [] },
  });
  const sql = await sqlOf<{ source: string; last_status: string }>(6);
  expect(sql.map(({ source, last_status }) => [source, last_status])).toEqual(
    expect.arrayContaining([
      ['cost-explorer', 'succeeded'],
      ['prometheus', 'succeeded'],
    ]),
  );
});

it('7. why the figure of yesterday changed', async () => {
  expect(await sqlOf(7)).toEqual([]);
  const yesterday = addDays(simulator.estate.options.today, -1);
  await client.query(
    `INSERT INTO cost_restatements (cluster, day, hub, service, component, before_usd, after_usd, reason, run_id, seen_at)
     SELECT $1, day::date, 'prod', 's', 'compute', 3, 2.5, 'restated', max(id), now() FROM sync_runs,
       unnest(ARRAY[$2, $3]) AS day GROUP BY day`,
    [simulator.estate.options.clusterName, yesterday, addDays(yesterday, -1)],
  );
  expect(await sqlOf(7)).toEqual([expect.objectContaining({ hub: 'prod', difference_usd: '-0.5000000000' })]);
  const fresh = await RunningApi.start(database.url, simulator.estate.options.clusterName);
  const { text } = await fresh.get(questions[6]!.paths[0]!);
  await fresh.stop();
  expect(text).toMatch(/^cost_monitoring_restated_usd_total\{[^}]*reason="restated"\} 1$/m);
});

it('8. a token for hub prod shows its rows and no others', async () => {
  const made = makeToken('prod-team', ['prod']);
  const { clusterName } = simulator.estate.options;
  const token = {
    name: 'prod-team',
    sha256: made.entry.hash.slice('sha256:'.length),
    hubs: ['prod'],
    cluster: clusterName,
    shared: true,
  };
  const guarded = await RunningApi.start(database.url, clusterName, { tokens: [token] });
  try {
    const path = questions[7]!.paths[0]!;
    expect((await guarded.get(path)).status).toBe(401);
    const { json } = await guarded.get(path, { authorization: `Bearer ${made.token}` });
    const all = await restOf<{ hub: string }>(8);
    expect(json.length).toBeGreaterThan(100);
    expect(json).toEqual(all.filter(({ hub }) => hub === 'prod'));
  } finally {
    await guarded.stop();
  }
  expect(await sqlOf(8)).toEqual([{ hub: 'prod' }]);
});

it('9. a person is forgotten, and no sum changes', async () => {
  const [NAME] = summed(
    borne.filter(({ hub, username }) => hub === 'prod' && username !== null),
    ({ username }) => username!,
  )[0]!;
  const [asked] = readQuestions(simulator.estate.options.today, { NAME }).slice(8, 9);
  const path = asked!.paths[0]!.replace(NAME, encodeURIComponent(NAME));
  expect((await api.rows(path)).length).toBeGreaterThan(0);
  const { clusterName } = simulator.estate.options;
  const dataSource = await createDataSource(database.url, { applicationName: 'forget' }).initialize();
  try {
    const session = (await SyncSession.open(dataSource, clusterName))!;
    await session.forgetUser({ hub: 'prod', username: NAME, as: undefined });
    await session.close();
  } finally {
    await dataSource.destroy();
  }
  expect((await client.query(asked!.sql)).rows).toEqual([{ count: '0' }]);
  const fresh = await RunningApi.start(database.url, clusterName);
  expect(await fresh.rows(path)).toEqual([]);
  const rows = await fresh.rows<{ cost: string; name: string }>(questions[8 - 4]!.paths[1]!);
  await fresh.stop();
  expect(parseUsd(rows.find(({ name }) => name === 'attributable')!.cost)).toBe(billed(last));
});

it('10. another server gives the same figures', async () => {
  const here = { sql: await sqlOf<{ days: string }>(10), rest: await restOf(10) };
  expect(here.sql).toEqual([expect.objectContaining({ cluster: simulator.estate.options.clusterName })]);
  expect(Number(here.sql[0]!.days)).toBeGreaterThan(390);
  await api.stop();
  await client.end();
  // A copy of the whole database stands for dump and restore.
  const name = `moved_${process.pid}`;
  const adminUrl = process.env[ADMIN_URL]!;
  await execute(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${new URL(database.url).pathname.slice(1)}`);
  try {
    const moved = urlOfDatabase(adminUrl, name);
    client = new Client({ connectionString: moved });
    await client.connect();
    api = await RunningApi.start(moved, simulator.estate.options.clusterName);
    const there = await sqlOf<{ days: string; usd: string }>(10);
    expect(there.map(({ days, usd }) => [days, usd])).toEqual(
      (here.sql as { days: string; usd?: string }[]).map(({ days, usd }) => [days, usd]),
    );
    expect(await restOf(10)).toEqual(here.rest);
  } finally {
    await api.stop();
    await client.end();
    await execute(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  }
});

/** The cells of a line of CSV, without their quotes. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}
