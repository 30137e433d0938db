import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { parseApiConfig } from '#libs/config';
import { createApi } from '../../../apps/api/src/create-api.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { CLUSTER, fillEstate, TEAM } from './estate.js';

/**
 * The URLs of 2i2c's dashboards, as Grafana's Infinity datasource sends them: `${__from:date}` is an ISO date-time with
 * milliseconds, `$hub` of several values is `{a,b}`, of All `All` or the text that stands for it; the back end encodes
 * the query, blanks as `+`.
 */

const FROM = '2026-03-02T09:30:00.000Z';
const TO = '2026-03-05T15:45:00.000Z';

type Row = Readonly<Record<string, unknown>>;

let database: TestDatabase;
let api: NestFastifyApplication;
let base: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await fillEstate(database.url);
  api = await createApi(parseApiConfig({ DATABASE_URL: database.url, PORT: '0', CLUSTER_NAME: CLUSTER }), false);
  await api.listen(0, '127.0.0.1');
  base = await api.getUrl();
});

afterAll(async () => {
  await api?.close();
  await database?.drop();
});

async function get<Answer = Row[]>(path: string): Promise<Answer> {
  const response = await fetch(base + path);
  expect([path, response.status]).toEqual([path, 200]);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  return (await response.json()) as Answer;
}

/** A URL with values put in and encoded as Go's url.Values does: blanks become `+`. */
function encoded(path: string, parameters: Readonly<Record<string, string | readonly string[]>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of typeof value === 'string' ? [value] : value) query.append(name, one);
  }
  return `${path}?${query.toString()}`;
}

const range = { from: FROM, to: TO };

/** The columns that a dashboard selects, with the type that it converts them to. */
function expectColumns(rows: readonly Row[], columns: Readonly<Record<string, RegExp | 'string' | 'number'>>): void {
  expect(rows).not.toHaveLength(0);
  for (const row of rows) {
    for (const [name, kind] of Object.entries(columns)) {
      if (kind === 'number') expect(Number.isFinite(Number(row[name]))).toBe(true);
      else if (kind === 'string') expect(typeof row[name]).toBe('string');
      else expect(row[name]).toMatch(kind);
    }
  }
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

describe('the dashboard “General cloud costs”', () => {
  it('lists the hubs of the range for its picker', async () => {
    expect(await get<string[]>(encoded('/hub-names', range))).toEqual(['prod', 'support']);
  });

  it('draws total costs: date, cost, name', async () => {
    const rows = await get(encoded('/total-costs', range));
    expectColumns(rows, { date: DATE, cost: /^\d+\.\d\d$/, name: /^(account|attributable)$/ });
    expect(rows).toHaveLength(8);
    expect(rows[0]).toEqual({ date: '2026-03-02', cost: '100.00', name: 'account' });
  });

  it('draws costs per hub: date, cost, name', async () => {
    const rows = await get(encoded('/total-costs-per-hub', range));
    expectColumns(rows, { date: DATE, cost: /^\d+\.\d\d$/, name: 'string' });
    expect(rows.slice(0, 2)).toEqual([
      { date: '2026-03-02', cost: '50.00', name: 'prod' },
      { date: '2026-03-02', cost: '28.00', name: 'support' },
    ]);
  });

  it.each([
    ['compute', '60.00'],
    ['home storage', '10.00'],
    ['core', '8.00'],
  ])('draws one component, %s, encoded either way', async (component, cost) => {
    // Written into the dashboard as %20, and as the back end encodes it again.
    const literal = `/total-costs-per-component?from=${FROM}&to=${TO}&component=${encodeURIComponent(component)}`;
    for (const url of [literal, encoded('/total-costs-per-component', { ...range, component })]) {
      const rows = await get(url);
      expectColumns(rows, { date: DATE, cost: /^\d+\.\d\d$/, component: 'string' });
      expect(rows).toHaveLength(4);
      expect(rows[0]).toEqual({ date: '2026-03-02', cost, component });
    }
  });

  it('draws an empty panel for a component that cost nothing', async () => {
    expect(await get(encoded('/total-costs-per-component', { ...range, component: 'object storage' }))).toEqual([]);
  });

  it('draws the components of each hub', async () => {
    const rows = await get(encoded('/total-costs-per-component', { ...range, component: 'compute', hub: 'support' }));
    expect(rows[0]).toEqual({ date: '2026-03-02', cost: '20.00', component: 'compute' });
  });
});

describe('the dashboard “User cloud costs”', () => {
  const columns = { date: DATE, value: 'number', user: 'string', usergroup: 'string', component: 'string' } as const;

  it('lists the components that users share for its picker', async () => {
    expect(await get<string[]>(encoded('/component-names', range))).toEqual(['compute', 'home storage']);
  });

  it('draws users as its variables stand at first: hub All, component all, no limit', async () => {
    const rows = await get(encoded('/costs-per-user', { ...range, hub: 'All', component: 'all', limit: '' }));
    expectColumns(rows, columns);
    expect(rows).toEqual(await get(encoded('/costs-per-user', range)));
    for (const row of rows) expect(typeof row['value']).toBe('number');
  });

  it.each([
    ['one hub', 'prod'],
    ['a brace list', '{prod,staging}'],
    ['a brace list of one', '{prod}'],
  ])('draws %s', async (_how, hub) => {
    const rows = await get(encoded('/costs-per-user', { ...range, hub, component: 'home storage' }));
    expectColumns(rows, columns);
    expect(new Set(rows.map((row) => row['component']))).toEqual(new Set(['home storage']));
    // ada's 4 is there once for each of her two groups.
    expect(rows.filter(({ date }) => date === '2026-03-02').map(({ user, value }) => [user, value])).toEqual([
      ['ada', 4],
      ['ada', 4],
      ['back\\slash', 4],
      ['100%_sure', 2],
    ]);
  });

  it('takes a parameter that is repeated for a list', async () => {
    expect(await get(encoded('/costs-per-user', { ...range, hub: ['prod', 'staging'] }))).toEqual(
      await get(encoded('/costs-per-user', { ...range, hub: '{prod,staging}' })),
    );
  });

  it('takes the number of users as text', async () => {
    const rows = await get(encoded('/costs-per-user', { ...range, hub: 'All', component: 'all', limit: '2' }));
    expect(new Set(rows.map(({ user }) => user))).toEqual(new Set(['ada', "o'brien"]));
  });
});

describe('the dashboard “Group cloud costs”', () => {
  it('draws costs per group: date, cost, usergroup', async () => {
    const rows = await get(encoded('/total-costs-per-group', range));
    expectColumns(rows, { date: DATE, cost: 'number', usergroup: 'string' });
    expect(rows.filter(({ date }) => date === '2026-03-02')).toEqual(
      expect.arrayContaining([
        { date: '2026-03-02', usergroup: 'physics', cost: 46 },
        { date: '2026-03-02', usergroup: TEAM, cost: 30 },
        { date: '2026-03-02', usergroup: 'none', cost: 19 },
      ]),
    );
  });

  it('lists users in several groups and in none, by the latest day, without any parameter', async () => {
    // The dashboard asks without a range: the last 30 days, which this estate does not reach into.
    expect(await get('/users-with-multiple-groups')).toEqual([]);
    expect(await get('/users-with-no-groups')).toEqual([]);
    const several = await get(encoded('/users-with-multiple-groups', { from: FROM, to: '2026-03-03' }));
    expect(several).toEqual([
      { username: 'ada', hub: 'prod', usergroup: 'physics' },
      { username: 'ada', hub: 'prod', usergroup: TEAM },
    ]);
    expect(await get(encoded('/users-with-no-groups', range))).toEqual([
      { username: 'bob "the builder"', hub: 'prod' },
    ]);
  });

  it('lists who is in which group', async () => {
    const rows = await get(encoded('/user-groups', range));
    expectColumns(rows, { hub: 'string', username: 'string', username_escaped: 'string', usergroup: 'string' });
  });

  it.each([
    ['All', 'All'],
    ['the text that stands for All', 'all'],
    ['nothing', ''],
  ])('draws the users of every group for %s', async (_how, usergroup) => {
    const asked = { ...range, hub: 'All', component: 'All', usergroup };
    expect(await get(encoded('/costs-per-user', asked))).toEqual(await get(encoded('/costs-per-user', range)));
  });

  it.each([
    ['one group', 'physics', ['physics']],
    ['several groups', `{physics,${TEAM}}`, ['physics', TEAM]],
    ['several groups without braces', `physics,${TEAM}`, ['physics', TEAM]],
  ])('draws the users of %s', async (_how, usergroup, groups) => {
    const rows = await get(encoded('/costs-per-user', { ...range, hub: 'All', component: 'all', usergroup }));
    expect(new Set(rows.map((row) => row['usergroup']))).toEqual(new Set(groups));
  });
});
