import { execute } from '../../support/database.js';
import { RunningApi } from '../api/running-api.js';
import { CLUSTER, openStoredCluster, type StoredCluster } from '../database/stored-cluster.js';
import { addCost, fillCosts, runBudgets, TODAY } from './budget-estate.js';
import { waitUntil } from '../../support/wait-until.js';

const BUDGETS = `
budgets:
  - { name: all, per: year, amount: 20000, thresholds: [{ percent: 30 }] }
  - name: prod
    hub: prod
    per: month
    amount: 2000
    thresholds: [{ everyUsd: 500 }, { percent: 100, on: forecast }]
  - { name: prod quarter, hub: prod, basis: allocated, per: quarter, amount: 6000 }
  - { name: biology, group: bio, per: month, amount: 1000 }
  - { name: ada, hub: prod, user: ada, per: month, amount: 1000, thresholds: [{ percent: 40 }] }
  - { name: credit, hub: staging, from: 2026-10-02, to: 2027-03-31, amount: 900, startBalance: 500 }
  - { name: nowhere, hub: to-come, per: month, amount: 10 }
  - { name: next year, hub: prod, from: 2027-01-01, to: 2027-12-31, amount: 10 }
  - { name: summer, hub: prod, from: 2026-08-30, to: 2026-09-01, amount: 200, thresholds: [{ percent: 100 }] }
`;

let stored: StoredCluster;
let api: RunningApi;

beforeAll(async () => {
  stored = await openStoredCluster();
  await fillCosts(stored.url);
  // A miner, on the newest settled day.
  await addCost(stored.url, '2026-11-10', 'staging', 'ada', 25);
  await runBudgets(stored, { budgets: BUDGETS });
  api = await RunningApi.start(stored.url, CLUSTER);
});

afterAll(async () => {
  await api?.stop();
  await stored?.end();
});

const TO = `to=${TODAY}`;
const budget = async (name: string) =>
  (await api.rows<Record<string, unknown>>(`/budgets?${TO}`)).find((row) => row['budget'] === name)!;

describe('/budgets', () => {
  it('says of a hub what is spent, left and expected, when it runs out, and what it passed when', async () => {
    expect(await budget('prod')).toEqual({
      budget: 'prod',
      kind: 'hub',
      hub: 'prod',
      usergroup: null,
      user: null,
      basis: 'tagged',
      per: 'month',
      from: '2026-11-01',
      to: '2026-11-30',
      amount: 2000,
      // Ten days of 70.
      spent: 700,
      spent_to: '2026-11-10',
      missing_days: 0,
      reason: null,
      left: 1300,
      percent: 35,
      forecast: 2100,
      forecast_low: 2100,
      forecast_high: 2100,
      forecast_percent: 105,
      forecast_reason: null,
      run_out_on: '2026-11-29',
      thresholds: [
        { threshold: '500 USD', on: 'actual', usd: 500, passed_on: '2026-11-08', alerted_at: null },
        { threshold: '1000 USD', on: 'actual', usd: 1000, passed_on: null, alerted_at: null },
        { threshold: '1500 USD', on: 'actual', usd: 1500, passed_on: null, alerted_at: null },
        { threshold: '2000 USD', on: 'actual', usd: 2000, passed_on: null, alerted_at: null },
        { threshold: '100%', on: 'forecast', usd: 2000, passed_on: '2026-11-10', alerted_at: null },
      ],
    });
  });

  it.each([
    // 31 + 10 days of 70; 92 days make 6440.
    [
      'prod quarter',
      {
        basis: 'allocated',
        from: '2026-10-01',
        to: '2026-12-31',
        spent: 2870,
        forecast: 6440,
        run_out_on: '2026-12-25',
      },
    ],
    // ada, and half of bob.
    ['biology', { kind: 'group', usergroup: 'bio', basis: 'split', spent: 550, forecast: 1650, percent: 55 }],
    [
      'ada',
      {
        kind: 'user',
        user: 'ada',
        hub: 'prod',
        spent: 400,
        forecast: null,
        forecast_reason: 'a user has no forecast',
        percent: 40,
      },
    ],
    // 400 were spent before, 39 days of 10, one of 35; 75 USD are left for seven days and a half.
    ['credit', { per: 'once', spent: 825, left: 75, run_out_on: '2026-11-18' }],
    ['nowhere', { spent: 0, left: 10, forecast: null, forecast_reason: 'there was no cost yet' }],
    [
      'next year',
      {
        from: '2027-01-01',
        spent: null,
        left: null,
        percent: null,
        reason: 'the period has not begun',
        forecast: null,
      },
    ],
    ['summer', { spent: 210, forecast: 210, left: -10, percent: 105, run_out_on: '2026-09-01' }],
    // 212 days before August; 31 + 30 + 31 + 10 days of 85, and the miner.
    [
      'all',
      {
        spent: 8695,
        missing_days: 212,
        forecast: null,
        forecast_reason: '212 of the days of the period are not stored',
      },
    ],
  ])('counts %s', async (name, expected) => {
    expect(await budget(name)).toMatchObject(expected);
  });

  it('shows earlier periods where they are asked for', async () => {
    const rows = await api.rows(`/budgets?from=2026-10-31&${TO}&periods=all&hub=prod&precision=exact`);
    expect(rows.map(({ budget, from, spent }) => [budget, from, spent])).toEqual(
      [
        ['prod', '2026-10-01', 2170],
        ['prod quarter', '2026-10-01', 2870],
        ['ada', '2026-10-01', 1240],
        ['ada', '2026-11-01', 400],
        ['prod', '2026-11-01', 700],
      ].toSorted((a, b) => share(b) - share(a)),
    );
    function share([name, , spent]: (string | number)[]) {
      return Number(spent) / { prod: 2000, 'prod quarter': 6000, ada: 1000 }[name as 'prod']!;
    }
    const october = await api.rows(`/budgets?to=2026-10-15&hub=prod`);
    expect(october.find(({ budget }) => budget === 'prod')).toMatchObject({
      from: '2026-10-01',
      spent: 2170,
      percent: 108.5,
    });
  });

  it('is a table, too', async () => {
    const { text } = await api.get(`/budgets?${TO}&format=csv&usergroup=bio`);
    expect(text.split('\r\n')[1]).toMatch(
      /^"biology","group",,"bio",,"split","month","2026-11-01","2026-11-30",1000,550,/,
    );
  });
});

describe('/forecast', () => {
  it('has the month of the cluster, each hub, group and component, with ranges', async () => {
    const rows = await api.rows(`/forecast?${TO}`);
    expect(rows.map(({ kind, name, spent }) => [kind, name, spent])).toEqual([
      ['cluster', '', 875],
      ['hub', 'prod', 700],
      ['hub', 'staging', 125],
      ['hub', 'support', 50],
      ['group', 'bio', 550],
      ['group', 'geo', 150],
      ['group', 'none', 125],
      ['component', 'compute', 825],
      ['component', 'core', 50],
    ]);
    expect(rows[1]).toEqual({
      kind: 'hub',
      name: 'prod',
      from: '2026-11-01',
      to: '2026-11-30',
      spent: 700,
      spent_to: '2026-11-10',
      forecast: 2100,
      low: 2100,
      high: 2100,
      reason: null,
    });
    // 125 and twenty days of 10: the miner is an outlier.
    expect(rows[2]).toMatchObject({ forecast: 325 });
  });

  it('can be of one kind, or of some hubs', async () => {
    expect((await api.rows(`/forecast?${TO}&by=component`)).map(({ name }) => name)).toEqual(['compute', 'core']);
    expect((await api.rows(`/forecast?${TO}&hub=staging`)).map(({ name }) => name)).toEqual(['staging']);
    expect((await api.get(`/forecast?by=user`)).status).toBe(400);
  });
});

describe('/anomalies', () => {
  it('has the day of the miner, of the hub and of the user', async () => {
    const miner = { date: '2026-11-10', hub: 'staging', cost: 35, usual: 10, most: 15, difference: 25, ratio: 3.5 };
    expect(await api.rows(`/anomalies?from=2026-10-01&${TO}`)).toEqual([
      { ...miner, component: 'compute', user: null },
      { ...miner, component: null, user: 'ada' },
    ]);
    expect(await api.rows(`/anomalies?from=2026-10-01&${TO}&user=ada`)).toHaveLength(1);
    expect(await api.rows(`/anomalies?to=2026-11-09`)).toEqual([]);
  });
});

describe('a second run', () => {
  it('changes nothing, and is not recorded', async () => {
    const count = async () => (await stored.query<{ count: string }>(`SELECT count(*) FROM sync_runs`))[0]!.count;
    const before = await count();
    expect(await runBudgets(stored, { budgets: BUDGETS })).toMatchObject({
      status: 'skipped',
      notes: ['nothing changed'],
    });
    expect(await count()).toBe(before);
  });

  it('shows what has changed at once, although responses are kept', async () => {
    await budget('prod');
    expect(await runBudgets(stored, { budgets: BUDGETS.replace('amount: 2000\n', 'amount: 1000\n') })).toMatchObject({
      status: 'succeeded',
    });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await budget('prod');
    expect(await budget('prod')).toMatchObject({ amount: 1000, percent: 70, run_out_on: '2026-11-15' });
    await runBudgets(stored, { budgets: BUDGETS });
  });

  it('without a budget in the file has none, and keeps what it said', async () => {
    await runBudgets(stored, { budgets: 'budgets: []' });
    expect(await stored.query(`SELECT name FROM budgets`)).toEqual([]);
    expect(await stored.query(`SELECT threshold FROM budget_events WHERE budget = 'ada'`)).not.toEqual([]);
    await runBudgets(stored, { budgets: BUDGETS });
  });

  it('with the same thresholds records no event again', async () => {
    const events = await stored.query(
      `SELECT budget, threshold, period_from AS from FROM budget_events ORDER BY budget, period_from, threshold_usd`,
    );
    await runBudgets(stored, { budgets: BUDGETS });
    expect(
      await stored.query(
        `SELECT budget, threshold, period_from AS from FROM budget_events ORDER BY budget, period_from, threshold_usd`,
      ),
    ).toEqual(events);
  });
});

it('counts days of which nobody knows who bears their cost, for budgets of what users bear alone', async () => {
  await execute(
    stored.url,
    `UPDATE usage_days SET status = 'missing', coverage = 0, detail = 'no samples' WHERE day = '2026-11-05';
     INSERT INTO usage_days (cluster, day, dataset, hub, status, coverage, detail, read_at, method, digest, run_id)
     VALUES ('${CLUSTER}', '2026-11-06', 'memberships', 'prod', 'missing', 0, 'no samples', now(), '', '', 0),
       ('${CLUSTER}', '2026-11-07', 'memberships', 'prod', 'missing', 0, 'no samples', now(), '', '', 0),
       ('${CLUSTER}', '2026-11-07', 'memberships', 'staging', 'final', 1, NULL, now(), '', '', 0)`,
  );
  await runBudgets(stored, { budgets: BUDGETS });
  const missing = async (name: string) => (await budget(name))['missing_days'];
  // The API hears of a change within a second or so.
  await waitUntil(async () => (await missing('prod quarter')) === 1);
  expect(await missing('prod quarter')).toBe(1);
  expect(await missing('prod')).toBe(0);
  expect(await missing('ada')).toBe(1);
  // Biologists are on prod, whose groups were read on neither day.
  expect(await missing('biology')).toBe(3);
});
