import { databaseOfFile, type TestDatabase } from '../../support/database.js';
import { CHOSEN, DASHBOARDS, sqlQueriesOf, type DashboardQuery } from './dashboard-files.js';
import { CLUSTER, fillEstate, RANGE, TEAM, USERS } from './estate.js';
import { type Picked } from './expand-variables.js';
import { expectColumnsFor } from './panel-columns.js';
import { Grafana, type Frame, type Value } from './grafana.js';

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
  database = await databaseOfFile();
  await fillEstate(database.url);
  grafana = await Grafana.connect(database.url, RANGE);
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

describe('every query of a dashboard, of other ranges', () => {
  const charts = named.filter(([, { kind, sql }]) => kind === 'timeseries' && sql.includes('${step'));

  it.each(charts)('%s: has fewer bars for a week and for a month, and the same sum', async (_name, query) => {
    const asked = await Grafana.connect(database.url, {
      from: new Date('2026-02-01T05:00:00Z'),
      to: new Date('2026-03-06T18:00:00Z'),
    });
    try {
      const [days, weeks, months] = await Promise.resolve(['day', 'week', 'month']).then(async (steps) => {
        const frames: Frame[] = [];
        for (const step of steps) frames.push(await asked.ask(query, { ...everything, step }));
        return frames;
      });
      const times = (frame: Frame) => new Set(frame.rows.map(([time]) => Number(time))).size;
      expect(times(weeks!)).toBeLessThanOrEqual(times(days!));
      expect(times(months!)).toBeLessThanOrEqual(2);
      const at = days!.fields.findIndex(({ name }) => name === 'value');
      // A mean or a share is no sum of its days.
      if (at < 0 || query.title.startsWith('Members')) return;
      const sum = (frame: Frame) => frame.rows.reduce((total, row) => total + Number(row[at]), 0);
      expect(sum(weeks!)).toBeCloseTo(sum(days!), 6);
      expect(sum(months!)).toBeCloseTo(sum(days!), 6);
    } finally {
      await asked.close();
    }
  });

  it.each(named)('%s: a part of a day in the range is the whole day', async (_name, query) => {
    const whole = { from: new Date('2026-03-02T00:00:00Z'), to: new Date('2026-03-05T23:59:59Z') };
    const part = { from: new Date('2026-03-02T20:00:00Z'), to: new Date('2026-03-05T02:00:00Z') };
    const [all, cut] = await Promise.all(
      [whole, part].map(async (range) => {
        const asked = await Grafana.connect(database.url, range);
        const frame = await asked.ask(query, everything).finally(() => asked.close());
        // Where in the range a bar stands is another matter.
        const first = frame.fields[0]?.name === 'time' && query.kind === 'timeseries' ? 1 : 0;
        return frame.rows.map((row) => withoutAge(query)(row.slice(first)));
      }),
    );
    expect(cut).toEqual(all);
  });

  it.each(named)('%s: has no figure for a range of which nothing is stored', async (_name, query) => {
    const asked = await Grafana.connect(database.url, {
      from: new Date('2019-05-02T20:00:00Z'),
      to: new Date('2019-06-05T02:00:00Z'),
    });
    const { rows } = await asked.ask(query, everything).finally(() => asked.close());
    if (NOW.includes(query.title) || ['cluster', 'usergroup', 'Usage read, by day'].includes(query.title)) return;
    expect(rows.flat().filter((value) => value !== null)).toEqual([]);
  });
});

/** Panels about now, whatever the range. */
const NOW = ['Time since the last good run', 'Newest day', 'Is it well?', 'Runs of the last 7 days'];

/** Words that stand beside a figure that is empty. */
const CONSTANTS: readonly Value[] = ['costs', 'costs, no longer estimated'];

/** What was, some moments ago: seconds since a point in time. */
function withoutAge(query: DashboardQuery) {
  const ages = query.title === 'Time since the last good run';
  return (row: readonly Value[]) => (ages ? row.slice(0, 1) : row);
}
