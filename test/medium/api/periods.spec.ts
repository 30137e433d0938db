import { databaseOfFile, execute, type TestDatabase } from '../../support/database.js';
import { fillDerived } from '../../support/fill-derived.js';
import { RunningApi } from './running-api.js';

/**
 * Whole days of a cluster around two turns of a month, a few dollars each. 2025-03-31 is a Monday.
 *
 *   day         borne by alice of prod  by alice of lab  by bob of prod  nobody (prod, idle)  nobody (support, core)
 *   2025-02-27  1                       0                2               4                    0.5
 *   2025-03-30  1                       10               2               0                    0.5
 *   2025-03-31  1                       10               2               4                    0.5
 *   2025-04-06  1                       0                2               4                    0.5
 *   2025-04-07  1                       0                2               4                    0.5
 *
 * bob is in two groups. The tags say the same: prod 7 (3 on 03-30), lab 10, support 0.5.
 */
const ESTATE = `
  INSERT INTO sync_runs (cluster, source, trigger, status, started_at, finished_at) VALUES
    ('alpha', 'cost-explorer', 'once', 'succeeded', '2025-04-09T05:17:00Z', '2025-04-09T05:18:00Z');
  INSERT INTO cost_days (cluster, day, account_usd, estimated, basis, attribution, run_id, cluster_usd, policy, digest)
    SELECT 'alpha', day::date, 100, false, 'amortized', 'x', 1, 0, '', ''
    FROM unnest('{2025-02-27,2025-03-30,2025-03-31,2025-04-06,2025-04-07}'::text[]) AS day;
  INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups, reason)
    SELECT 'alpha', day, hub, username, component, usd, 0, CASE WHEN username IS NOT NULL THEN '{?}'::text[] END, reason
    FROM cost_days CROSS JOIN (VALUES
      ('prod', 'alice', 'compute', 1, NULL), ('lab', 'alice', 'compute', 10, NULL), ('prod', 'bob', 'compute', 2, NULL),
      ('prod', NULL, 'compute', 4, 'idle'), ('support', NULL, 'core', 0.5, 'not allocated')
    ) AS cost (hub, username, component, usd, reason)
    WHERE (hub <> 'lab' OR day IN ('2025-03-30', '2025-03-31')) AND (reason IS DISTINCT FROM 'idle' OR day <> '2025-03-30');
  INSERT INTO attributed_costs (cluster, day, hub, service, component, amount_usd)
    SELECT cluster, day, hub, 's', component, sum(direct_usd) FROM user_costs GROUP BY cluster, day, hub, component;
  INSERT INTO group_memberships (cluster, day, hub, username, usergroup, username_escaped)
    SELECT 'alpha', day, hub, username, usergroup, username
    FROM cost_days CROSS JOIN (VALUES ('prod', 'alice', 'research'), ('prod', 'bob', 'research'), ('prod', 'bob', 'teaching'),
      ('lab', 'alice', NULL)) AS member (hub, username, usergroup);
  INSERT INTO usage_days (cluster, day, dataset, status, coverage, read_at, run_id, hub, method, digest)
    SELECT 'alpha', day, 'memberships', 'final', 1, '2025-04-09T05:18:00Z', 1, '', '', '' FROM cost_days;`;

let database: TestDatabase;
let api: RunningApi;

beforeAll(async () => {
  database = await databaseOfFile();
  await execute(database.url, ESTATE);
  await fillDerived(database.url);
  api = await RunningApi.start(database.url, 'alpha');
});

const RANGE = 'from=2025-02-27&to=2025-04-07';

describe('step', () => {
  it('adds up calendar months, cut to the range', async () => {
    expect(await api.rows(`/total_costs_per_hub?${RANGE}&hub=prod&step=month`)).toEqual([
      { date: '2025-02-27', cost: '7.00', name: 'prod', start: '2025-02-27', end: '2025-02-28' },
      { date: '2025-03-01', cost: '10.00', name: 'prod', start: '2025-03-01', end: '2025-03-31' },
      { date: '2025-04-01', cost: '14.00', name: 'prod', start: '2025-04-01', end: '2025-04-07' },
    ]);
  });

  it('adds up weeks from Monday, cut to the range', async () => {
    const rows = await api.rows(`/costs_per_user?from=2025-03-29&to=2025-04-07&user=alice&step=week`);
    expect(rows.map(({ start, end, hub, value }) => [start, end, hub, value])).toEqual([
      ['2025-03-29', '2025-03-30', 'lab', 10],
      ['2025-03-29', '2025-03-30', 'prod', 1],
      ['2025-03-31', '2025-04-06', 'lab', 10],
      ['2025-03-31', '2025-04-06', 'prod', 2],
      ['2025-04-07', '2025-04-07', 'prod', 1],
    ]);
  });

  it('adds up the whole range', async () => {
    expect(await api.rows(`/total_costs_per_component?${RANGE}&step=all`)).toEqual([
      { date: '2025-02-27', cost: '51.00', component: 'compute', start: '2025-02-27', end: '2025-04-07' },
      { date: '2025-02-27', cost: '2.50', component: 'core', start: '2025-02-27', end: '2025-04-07' },
    ]);
    expect(await api.rows(`/total_costs?${RANGE}&step=all`)).toEqual([
      { date: '2025-02-27', cost: '500.00', name: 'account', start: '2025-02-27', end: '2025-04-07' },
      { date: '2025-02-27', cost: '53.50', name: 'attributable', start: '2025-02-27', end: '2025-04-07' },
    ]);
    expect(await api.rows(`/total_costs_per_group?${RANGE}&step=all&groups=split`)).toMatchObject([
      { usergroup: 'none', cost: 20, end: '2025-04-07' },
      { usergroup: 'research', cost: 10 },
      { usergroup: 'teaching', cost: 5 },
    ]);
  });

  it('day gives days with start and end; without a step there is neither', async () => {
    const path = '/total_costs_per_hub?from=2025-03-30&to=2025-03-30&hub=lab';
    expect(await api.rows(`${path}&step=day`)).toEqual([
      { date: '2025-03-30', cost: '10.00', name: 'lab', start: '2025-03-30', end: '2025-03-30' },
    ]);
    expect((await api.get(path)).text).toBe('[{"date":"2025-03-30","cost":"10.00","name":"lab"}]');
  });

  it('gives the same sums whatever the step', async () => {
    for (const path of [
      '/total_costs_per_hub',
      '/total_costs_per_component',
      '/costs_per_user',
      '/total_costs_per_group',
    ]) {
      const sums = await Promise.all(
        ['day', 'week', 'month', 'all'].map(async (step) =>
          (await api.rows(`${path}?${RANGE}&step=${step}`)).reduce(
            (sum, row) => sum + Number(row['cost'] ?? row['value']),
            0,
          ),
        ),
      );
      expect([path, new Set(sums).size]).toEqual([path, 1]);
    }
  });

  it('adds its columns to the header of CSV, which else stays', async () => {
    const header = async (query: string) =>
      (await api.get(`/costs_per_user?${RANGE}&format=csv${query}`)).text.split('\r\n')[0];
    expect(await header('')).toBe('date,user,hub,component,value,usergroup');
    expect(await header('&step=month')).toBe('date,user,hub,component,value,usergroup,start,end');
    expect(await header('&step=month&unallocated=include')).toBe(
      'date,user,hub,component,value,usergroup,reason,start,end',
    );
    const { text } = await api.get(`/total_costs_per_hub?${RANGE}&hub=lab&step=month&format=csv`);
    expect(text).toBe('date,cost,name,start,end\r\n"2025-03-01",20.00,"lab","2025-03-01","2025-03-31"\r\n');
  });

  it('is one of a few words', async () => {
    const { status, json } = await api.get('/costs_per_user?step=year');
    expect([status, json.message]).toEqual([400, 'step: must be day, 1d, week, 1w, month, 1M, all']);
  });

  it('does not depend on the time zone of the database', async () => {
    await execute(
      database.url,
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = ''Pacific/Auckland''', current_database()); END $$`,
    );
    const other = await RunningApi.start(database.url, 'alpha');
    try {
      const path = `/total_costs_per_hub?${RANGE}&step=week`;
      expect(await other.rows(path)).toEqual(await api.rows(path));
    } finally {
      await other.stop();
    }
  });
});

describe('unallocated=include', () => {
  it('adds what nobody bears, with the reason, so that users reach the cluster cost', async () => {
    const rows = await api.rows(`/costs_per_user?from=2025-03-31&to=2025-03-31&groups=split&unallocated=include`);
    const row = { date: '2025-03-31', component: 'compute' };
    expect(rows).toEqual([
      { ...row, user: 'alice', hub: 'lab', value: 10, usergroup: 'none', reason: null },
      { ...row, user: null, hub: 'prod', value: 4, usergroup: null, reason: 'idle' },
      { ...row, user: 'alice', hub: 'prod', value: 1, usergroup: 'research', reason: null },
      { ...row, user: 'bob', hub: 'prod', value: 1, usergroup: 'research', reason: null },
      { ...row, user: 'bob', hub: 'prod', value: 1, usergroup: 'teaching', reason: null },
      { ...row, user: null, hub: 'support', component: 'core', value: 0.5, usergroup: null, reason: 'not allocated' },
    ]);
    const [total] = await api.rows('/total_costs?from=2025-03-31&to=2025-03-31&hub=all');
    const [, attributable] = await api.rows('/total_costs?from=2025-03-31&to=2025-03-31');
    expect([total!['cost'], attributable!['cost']]).toEqual(['100.00', '17.50']);
    expect(rows.reduce((sum, { value }) => sum + Number(value), 0)).toBe(17.5);
  });

  it('adds it to groups, and without it nothing changes', async () => {
    const path = '/total_costs_per_group?from=2025-03-31&to=2025-03-31&groups=split';
    expect(await api.rows(`${path}&unallocated=include`)).toEqual([
      { date: '2025-03-31', usergroup: 'none', cost: 10, reason: null },
      { date: '2025-03-31', usergroup: 'research', cost: 2, reason: null },
      { date: '2025-03-31', usergroup: 'teaching', cost: 1, reason: null },
      { date: '2025-03-31', usergroup: null, cost: 4, reason: 'idle' },
      { date: '2025-03-31', usergroup: null, cost: 0.5, reason: 'not allocated' },
    ]);
    expect(await api.rows(`${path}&unallocated=exclude`)).toEqual(await api.rows(path));
  });

  it('keeps to the filters: nobody is no user and in no group', async () => {
    const reasons = async (query: string) =>
      (await api.rows(`/costs_per_user?from=2025-03-31&to=2025-03-31&unallocated=include&${query}`))
        .map(({ reason }) => reason)
        .filter((reason) => reason !== null);
    expect(await reasons('hub=prod')).toEqual(['idle']);
    expect(await reasons('component=core')).toEqual(['not allocated']);
    expect(await reasons('user=alice')).toEqual([]);
    expect(await reasons('usergroup=none')).toEqual([]);
    expect(await reasons('limit=1')).toEqual(['idle', 'not allocated']);
  });
});

describe('limit', () => {
  const top = async (query: string) => [
    ...new Set((await api.rows(`/costs_per_user?${RANGE}&${query}`)).map(({ hub, user }) => `${hub}/${user}`)),
  ];

  it('counts a name on each hub, or with per=person the same name on all hubs as one', async () => {
    // alice 20 on lab and 5 on prod; bob 10 on prod.
    expect(await top('limit=1')).toEqual(['lab/alice']);
    expect((await top('limit=2')).toSorted()).toEqual(['lab/alice', 'prod/bob']);
    expect((await top('limit=1&per=person')).toSorted()).toEqual(['lab/alice', 'prod/alice']);
    expect((await top('limit=2&per=person')).toSorted()).toEqual(['lab/alice', 'prod/alice', 'prod/bob']);
    expect((await top('limit=1&per=person&hub=prod')).toSorted()).toEqual(['prod/bob']);
    expect(await top('limit=1&per=user')).toEqual(['lab/alice']);
  });
});
