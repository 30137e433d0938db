import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { DASHBOARDS, sqlQueriesOf, type DashboardQuery } from './dashboard-files.js';
import { CLUSTER, fillEstate, RANGE, TEAM, USERS } from './estate.js';
import { type Picked } from './expand-variables.js';
import { Grafana, type Frame, type Value } from './grafana.js';

const QUERIES = DASHBOARDS.flatMap(sqlQueriesOf);
const named = QUERIES.map((query): [string, DashboardQuery] => [
  `${query.dashboard}, ${query.kind} ${query.title}`,
  query,
]);

const everything = { cluster: CLUSTER, top_users: '5' };
const lists = ['hub', 'component', 'usergroup', 'user'];

let database: TestDatabase;
let grafana: Grafana;

beforeAll(async () => {
  database = await createTestDatabase();
  await fillEstate(database.url);
  grafana = await Grafana.connect(database.url, RANGE);
});

afterAll(async () => {
  await grafana?.close();
  await database?.drop();
});

describe('every query of a dashboard', () => {
  it('is there', () => {
    expect(QUERIES.length).toBeGreaterThan(40);
  });

  it.each(named)('%s: finds rows, in the columns that its reader needs', async (_name, query) => {
    const frame = await grafana.ask(query, everything);
    expect(frame.rows).not.toHaveLength(0);
    expectColumnsFor(query, frame);
  });

  it.each(named)('%s: is the same for All as for each name picked', async (_name, query) => {
    const picked: Record<string, Picked> = {
      ...everything,
      hub: ['prod', 'staging', 'support'],
      component: ['compute', 'home storage', 'core'],
    };
    expect((await grafana.ask(query, picked)).rows.map(withoutAge(query))).toEqual(
      (await grafana.ask(query, everything)).rows.map(withoutAge(query)),
    );
  });

  it.each(named)('%s: takes names with quotes, backslashes and SQL as names', async (_name, query) => {
    const hostile = [
      `'; DROP TABLE user_costs; --`,
      `\\'; SELECT 1; --`,
      '") OR 1=1 --',
      ...Object.values(USERS),
      TEAM,
    ];
    await grafana.ask(query, { ...everything, ...Object.fromEntries(lists.map((name) => [name, hostile])) });
    expect((await grafana.ask(query, { ...everything, cluster: hostile[0]! })).fields).not.toHaveLength(0);
  });

  it.each(named)('%s: answers when nothing is picked', async (_name, query) => {
    await grafana.ask(query, { ...everything, ...Object.fromEntries(lists.map((name) => [name, []])) });
  });

  it.each(named)('%s: is empty for a cluster that nobody has', async (_name, query) => {
    if (query.title === 'cluster' || query.title === 'usergroup') return;
    const { rows } = await grafana.ask(query, { ...everything, cluster: 'nobody' });
    expect(rows.flat().filter((value) => value !== null && value !== 0 && !CONSTANTS.includes(value))).toEqual([]);
  });

  it('can be of a variable: each lists its names once, in order', async () => {
    for (const query of QUERIES.filter(({ kind }) => kind === 'variable')) {
      const names = await grafana.optionsOf(query, everything);
      expect(names).toEqual([...new Set(names)]);
    }
  });
});

/** Words that stand beside a figure that is empty. */
const CONSTANTS: readonly Value[] = ['costs', 'costs, no longer estimated'];

/** What was, some moments ago: seconds since a point in time. */
function withoutAge(query: DashboardQuery) {
  const ages = query.title === 'Time since the last good run';
  return (row: readonly Value[]) => (ages ? row.slice(0, 1) : row);
}

function expectColumnsFor(query: DashboardQuery, frame: Frame): void {
  const types = frame.fields.map(({ type }) => type);
  const names = frame.fields.map(({ name }) => name);
  expect(types).not.toContain('other');
  expect(new Set(names).size).toBe(names.length);
  switch (query.kind) {
    case 'variable':
      expect(types).toEqual(['string']);
      expect(frame.rows.flat()).not.toContain(null);
      return;
    case 'annotation':
      expect(frame.fields).toEqual([
        { name: 'time', type: 'time' },
        { name: 'timeend', type: 'time' },
        { name: 'text', type: 'string' },
        { name: 'tags', type: 'string' },
      ]);
      return;
    case 'timeseries':
      return expectSeries(query, frame);
    case 'state-timeline':
      expect(names[0]).toBe('time');
      expect(types).toEqual(['time', ...types.slice(1).map(() => 'string')]);
      return expectAscending(frame);
    case 'trend':
      expect(new Set(types)).toEqual(new Set(['number']));
      expect(names[0]).toBe(query.panel?.options?.xField);
      return expectAscending(frame);
    case 'barchart':
      expect(names[0]).toBe(query.panel?.options?.xField);
      expect(types).toEqual(['string', ...types.slice(1).map(() => 'number')]);
      return;
    case 'bargauge':
      expect(types).toEqual(['string', 'number']);
      return;
    case 'stat':
      return expectStat(query, frame);
    case 'table':
      expect(types).toContain('string');
      return expectOverridesMatch(query, names);
    default:
      throw new Error(`what does a ${query.kind} need?`);
  }
}

/** Either one series per value of `metric`, or one per column of numbers; days in order, none twice in a series. */
function expectSeries(query: DashboardQuery, frame: Frame): void {
  expect(query.format).toBe('time_series');
  const [time, second] = frame.fields;
  expect(time?.name).toBe('time');
  expect(['time', 'number']).toContain(time?.type);
  if (second?.name === 'metric') {
    expect(frame.fields.map(({ name, type }) => `${name} ${type}`).slice(1)).toEqual(['metric string', 'value number']);
    const points = frame.rows.map(([day, metric]) => `${Number(day)} ${String(metric)}`);
    expect(new Set(points).size).toBe(points.length);
    expect(frame.rows.map(([, metric]) => metric)).not.toContain(null);
  } else {
    expect(new Set(frame.fields.slice(1).map(({ type }) => type))).toEqual(new Set(['number']));
  }
  expectAscending(frame);
  const [seconds] = frame.rows.map(([at]) => (at instanceof Date ? at.getTime() / 1000 : Number(at)));
  expect(seconds).toBeGreaterThanOrEqual(Date.UTC(2026, 2, 2) / 1000);
}

/** One row of figures, or one figure per row with the name before it. */
function expectStat(query: DashboardQuery, frame: Frame): void {
  const { values } = query.panel?.options?.reduceOptions as { values: boolean };
  const types = frame.fields.map(({ type }) => type);
  if (values) return void expect(types).toEqual(['string', 'number']);
  expect(frame.rows).toHaveLength(1);
  expect(new Set(types)).toEqual(new Set(['number']));
  expectOverridesMatch(
    query,
    frame.fields.map(({ name }) => name),
  );
}

/** An override by name that matches no column would be silently without effect. */
function expectOverridesMatch(query: DashboardQuery, names: readonly string[]): void {
  for (const { matcher } of query.panel?.fieldConfig?.overrides ?? []) {
    if (matcher.id === 'byName') expect(names).toContain(matcher.options);
  }
}

function expectAscending(frame: Frame): void {
  const keys = frame.rows.map(([key]) => Number(key));
  expect(keys).toEqual([...keys].sort((left, right) => left - right));
}
