import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { CHOSEN, DASHBOARDS, sqlQueriesOf, type DashboardQuery } from './dashboard-files.js';
import { CLUSTER, fillEstate, RANGE, TEAM, USERS } from './estate.js';
import { type Picked } from './expand-variables.js';
import { expectColumnsFor } from './panel-columns.js';
import { Grafana, type Value } from './grafana.js';

const QUERIES = DASHBOARDS.flatMap(sqlQueriesOf);
const named = QUERIES.map((query): [string, DashboardQuery] => [
  `${query.dashboard}, ${query.kind} ${query.title}`,
  query,
]);

const everything = { cluster: CLUSTER, ...CHOSEN };
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
    expectColumnsFor(query, frame, RANGE);
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
