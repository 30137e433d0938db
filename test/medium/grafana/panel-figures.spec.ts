import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { CHOSEN, queryNamed } from './dashboard-files.js';
import { CLUSTER, fillEstate, RANGE, TEAM, USERS } from './estate.js';
import type { Picked } from './expand-variables.js';
import { Grafana, type Value } from './grafana.js';

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

type Row = Record<string, Value>;

/** Rows of a panel as objects; days as their date. */
async function rowsOf(uid: string, title: string, picked: Record<string, Picked> = {}): Promise<Row[]> {
  const frame = await grafana.ask(queryNamed(uid, title), { cluster: CLUSTER, ...CHOSEN, ...picked });
  return frame.rows.map((row) => Object.fromEntries(frame.fields.map(({ name }, index) => [name, shown(row[index])])));
}

function shown(value: Value | undefined): Value {
  if (typeof value === 'number') return Number(value.toFixed(6));
  return value instanceof Date ? value.toISOString().replace('T00:00:00.000Z', '') : (value ?? null);
}

async function onlyRow(uid: string, title: string, picked: Record<string, Picked> = {}): Promise<Row> {
  const rows = await rowsOf(uid, title, picked);
  expect(rows).toHaveLength(1);
  return rows[0]!;
}

describe('cloud costs', () => {
  const uid = 'jupyterhub-cloud-costs';

  it('the range covers the days of both its ends, whole: 2 to 5 March', async () => {
    expect(await onlyRow(uid, 'Days')).toEqual({ 'Days stored': 4, 'Still estimated': 2 });
  });

  it('4 days of 100 in the account, of which 78 are attributable, 13 of them to no user', async () => {
    expect(await onlyRow(uid, 'The account and the cluster')).toEqual({
      Account: 400,
      'Attributable to the cluster': 312,
      'Not attributable': 88,
    });
    expect(await onlyRow(uid, 'Attributed to nobody')).toEqual({
      'Of the account: not attributable': 0.22,
      'Of the attributable: borne by no user': 0.166667,
    });
  });

  it('marks the estimated days in the bars, and shades them as one region', async () => {
    expect(await rowsOf(uid, 'Account and attributable, by day')).toEqual(
      [
        ['2026-03-02', 78, null],
        ['2026-03-03', 78, null],
        ['2026-03-04', null, 78],
        ['2026-03-05', null, 78],
      ].map(([time, attributable, estimated]) => ({
        time,
        account: 100,
        attributable,
        'attributable, estimated': estimated,
        'not attributable': 22,
      })),
    );
    expect(await rowsOf(uid, 'Estimated by AWS')).toEqual([
      {
        time: '2026-03-04',
        timeend: '2026-03-06',
        text: 'Estimated by AWS: may still change',
        tags: 'estimated',
      },
    ]);
  });

  it('March up to the 5th, 5 days of 78, against 5 and against all 28 days of February, of 30', async () => {
    expect(await onlyRow(uid, 'Month to date against the month before')).toEqual({
      'Month to date': 390,
      'Month before, same days': 150,
      'Month before, whole': 840,
    });
    const days = await rowsOf(uid, 'Month so far');
    expect(days).toHaveLength(28);
    expect(days.slice(4, 6)).toEqual([
      { 'Day of the month': 5, 'This month': 390, 'Month before': 150 },
      { 'Day of the month': 6, 'This month': null, 'Month before': 180 },
    ]);
  });

  it('hubs and components add up to the 78 of each day', async () => {
    const firstDay = { time: '2026-03-02' };
    expect((await rowsOf(uid, 'By hub')).slice(0, 2)).toEqual([
      { ...firstDay, metric: 'prod', value: 50 },
      { ...firstDay, metric: 'support', value: 28 },
    ]);
    expect((await rowsOf(uid, 'By component')).slice(0, 3)).toEqual([
      { ...firstDay, metric: 'compute', value: 60 },
      { ...firstDay, metric: 'core', value: 8 },
      { ...firstDay, metric: 'home storage', value: 10 },
    ]);
    expect((await rowsOf(uid, 'Components of $hub', { hub: 'support' })).slice(0, 2)).toEqual([
      { ...firstDay, metric: 'compute', value: 20 },
      { ...firstDay, metric: 'core', value: 8 },
    ]);
  });

  it('services, dearest first, with their share of all that is shown', async () => {
    const services = await rowsOf(uid, 'AWS services', { component: 'compute' });
    expect(services[0]).toEqual({
      Service: 'Amazon Elastic Compute Cloud - Compute',
      Component: 'compute',
      Hub: 'prod',
      Cost: 120,
      Share: 0.5,
    });
    expect(services.map(({ Cost }) => Cost)).toEqual([120, 80, 40]);
  });
});

describe('user costs', () => {
  const uid = 'jupyterhub-user-costs';

  it('users bear 65 of each 78, of which 15 are shared; 13 stay unallocated', async () => {
    expect(await onlyRow(uid, 'Costs of the users')).toEqual({
      Users: 260,
      'Direct part': 200,
      'Shared part': 60,
      Unallocated: 52,
    });
    expect(await onlyRow(uid, 'Users with cost')).toEqual({ 'Users with cost': 6, 'Mean per user': 43.333333 });
  });

  it('a user is of one hub, so ada is there twice; ties go by hub', async () => {
    expect(await rowsOf(uid, 'Top $top_users users')).toEqual([
      { User: 'ada (prod)', Cost: 120 },
      { User: `o'brien (prod)`, Cost: 64 },
      { User: 'bob "the builder" (prod)', Cost: 44 },
      { User: 'back\\slash (prod)', Cost: 16 },
      { User: '100%_sure (prod)', Cost: 8 },
    ]);
  });

  it('the top users, everyone else and what no user bears add up to the day', async () => {
    const rows = await rowsOf(uid, 'Top $top_users users, everyone else, and what no user bears', { top_users: '1' });
    expect(rows.filter(({ time }) => time === '2026-03-02')).toEqual([
      { time: '2026-03-02', metric: '(everyone else)', value: 35 },
      { time: '2026-03-02', metric: '(unallocated)', value: 13 },
      { time: '2026-03-02', metric: 'ada (prod)', value: 30 },
    ]);
    expect(rows.reduce((sum, { value }) => sum + Number(value), 0)).toBe(312);
  });

  it('by hub, and by component in its direct and shared part', async () => {
    const day = { time: '2026-03-02' };
    expect((await rowsOf(uid, 'Users by hub')).slice(0, 3)).toEqual([
      { ...day, metric: '(unallocated)', value: 13 },
      { ...day, metric: 'prod', value: 63 },
      { ...day, metric: 'staging', value: 2 },
    ]);
    expect((await rowsOf(uid, 'Users by component, direct and shared')).slice(0, 5)).toEqual([
      { ...day, metric: '(unallocated)', value: 13 },
      { ...day, metric: 'compute, direct', value: 40 },
      { ...day, metric: 'compute, shared', value: 15 },
      { ...day, metric: 'home storage, direct', value: 10 },
      { ...day, metric: 'home storage, shared', value: 0 },
    ]);
  });

  it('ada: 26 of compute and 4 of storage a day, for 13 GiB-hours and 2 GiB at home', async () => {
    const [ada] = await rowsOf(uid, 'Users');
    expect(ada).toEqual({
      User: 'ada',
      Hub: 'prod',
      Cost: 120,
      'Direct part': 96,
      'Shared part': 24,
      'Memory GiB-hours': 52,
      'Home GiB': 2,
      'Compute per GiB-hour': 2,
    });
  });

  it.each(Object.entries(USERS))('finds the user with a %s in the name, and nobody else', async (_kind, user) => {
    expect((await rowsOf(uid, 'Users', { user: [user] })).map(({ User }) => User)).toEqual(
      user === USERS.plain ? [user, user] : [user],
    );
    expect(await onlyRow(uid, 'Costs of the users', { user: [user] })).toMatchObject({ Unallocated: null });
  });

  it('a group picks its members as of each day: ada and o’brien for four days, ada alone for two', async () => {
    expect(await onlyRow(uid, 'Costs of the users', { usergroup: ['physics'] })).toMatchObject({ Users: 184 });
    expect(await onlyRow(uid, 'Costs of the users', { usergroup: [TEAM] })).toMatchObject({ Users: 60 });
    expect((await rowsOf(uid, 'Users', { usergroup: [TEAM] }))[0]).toMatchObject({
      User: 'ada',
      'Memory GiB-hours': 26,
    });
    expect(await rowsOf(uid, 'Top $top_users users', { usergroup: [TEAM] })).toEqual([
      { User: 'ada (prod)', Cost: 60 },
    ]);
    const byDay = 'Top $top_users users, everyone else, and what no user bears';
    expect(await rowsOf(uid, byDay, { usergroup: [TEAM], top_users: '1' })).toEqual([
      { time: '2026-03-02', metric: 'ada (prod)', value: 30 },
      { time: '2026-03-03', metric: 'ada (prod)', value: 30 },
    ]);
  });

  it('counts ada once where both of her groups are picked', async () => {
    const picked = { usergroup: ['physics', TEAM] };
    expect(await onlyRow(uid, 'Costs of the users', picked)).toMatchObject({ Users: 184 });
    expect((await rowsOf(uid, 'Users by hub', picked))[0]).toEqual({ time: '2026-03-02', metric: 'prod', value: 46 });
    const byDay = 'Top $top_users users, everyone else, and what no user bears';
    expect((await rowsOf(uid, byDay, { ...picked, top_users: '1' })).slice(0, 2)).toEqual([
      { time: '2026-03-02', metric: '(everyone else)', value: 16 },
      { time: '2026-03-02', metric: 'ada (prod)', value: 30 },
    ]);
    expect((await rowsOf(uid, 'Users', picked)).map(({ User, Cost }) => [User, Cost])).toEqual([
      ['ada', 120],
      [`o'brien`, 64],
    ]);
  });

  it('a user and a group pick the user’s days in the group: ada two in the team, and those of staging in none', async () => {
    const days = async (user: string, usergroup: string) =>
      (await rowsOf(uid, 'Users by hub', { user: [user], usergroup: [usergroup] })).map(
        ({ time, metric, value }) => `${time} ${metric} ${value}`,
      );
    expect(await days('ada', TEAM)).toEqual(['2026-03-02 prod 30', '2026-03-03 prod 30']);
    expect(await days('ada', 'none')).toEqual([2, 3, 4, 5].map((day) => `2026-03-0${day} staging 2`));
    expect(await days(`o'brien`, TEAM)).toEqual([]);
    expect(await onlyRow(uid, 'Costs of the users', { user: ['ada'], usergroup: [TEAM] })).toMatchObject({ Users: 60 });
    expect(await rowsOf(uid, 'Users', { user: ['ada'], usergroup: [TEAM] })).toMatchObject([{ User: 'ada', Cost: 60 }]);
  });

  it('leaves out who used something and bore no cost', async () => {
    for (const picked of [{}, { usergroup: ['none'] }] as Record<string, Picked>[]) {
      expect((await rowsOf(uid, 'Users', picked)).map(({ User }) => User)).not.toContain('zoe');
    }
  });

  it('in no group are bob, and the three whom no membership names: 44, 16, 8 and 8', async () => {
    expect(await onlyRow(uid, 'Costs of the users', { usergroup: ['none'] })).toMatchObject({ Users: 76 });
    expect(await onlyRow(uid, 'Users with cost', { usergroup: ['none'] })).toEqual({
      'Users with cost': 4,
      'Mean per user': 19,
    });
  });
});

describe('group costs', () => {
  const uid = 'jupyterhub-group-costs';

  it('split adds up to the users; full is more by the 60 that ada is counted again on two days', async () => {
    expect(await onlyRow(uid, 'Do groups add up?')).toEqual({
      Users: 260,
      'Groups, split': 260,
      'Groups, full': 320,
      'Counted more than once': 60,
    });
    expect(await rowsOf(uid, 'By group, split and full')).toEqual([
      { Group: 'physics', split: 154, full: 184 },
      { Group: 'none', split: 76, full: 76 },
      { Group: TEAM, split: 30, full: 60 },
    ]);
  });

  it('adds up as well with some groups or some users picked: ada of prod and of staging cost 120 and 8', async () => {
    expect(await onlyRow(uid, 'Do groups add up?', { usergroup: ['physics', TEAM] })).toEqual({
      Users: 184,
      'Groups, split': 184,
      'Groups, full': 244,
      'Counted more than once': 60,
    });
    expect(await onlyRow(uid, 'Do groups add up?', { user: ['ada'] })).toEqual({
      Users: 128,
      'Groups, split': 128,
      'Groups, full': 188,
      'Counted more than once': 60,
    });
    expect(await rowsOf(uid, 'By group, split and full', { user: ['ada'] })).toEqual([
      { Group: 'physics', split: 90, full: 120 },
      { Group: TEAM, split: 30, full: 60 },
      { Group: 'none', split: 8, full: 8 },
    ]);
  });

  it('by day: ada halved while she is in two groups', async () => {
    const physics = (rows: Row[]) => rows.filter(({ metric }) => metric === 'physics').map(({ value }) => value);
    expect(physics(await rowsOf(uid, 'By day, split'))).toEqual([31, 31, 46, 46]);
    expect(physics(await rowsOf(uid, 'By day, full'))).toEqual([46, 46, 46, 46]);
  });

  it('who is in several groups and who in none, on how many days, at what cost', async () => {
    expect(await rowsOf(uid, 'Users in several groups')).toEqual([
      { User: 'ada', Hub: 'prod', Groups: `physics, ${TEAM}`, Days: 2, 'Last day': '2026-03-03', Cost: 60 },
    ]);
    expect(await rowsOf(uid, 'Users in no group')).toEqual([
      { User: USERS.doubleQuote, Hub: 'prod', Days: 4, 'Last day': '2026-03-05', Cost: 44 },
    ]);
  });

  it('members as of each day', async () => {
    const members = await rowsOf(uid, 'Members, as of each day');
    expect(members.filter(({ metric }) => metric === TEAM)).toEqual([
      { time: '2026-03-02', metric: TEAM, value: 1 },
      { time: '2026-03-03', metric: TEAM, value: 1 },
    ]);
    expect(members.filter(({ metric }) => metric === 'physics').map(({ value }) => value)).toEqual([2, 2, 2, 2]);
    expect((await rowsOf(uid, 'Who was in which group, and when', { user: ['ada'] })).at(-1)).toEqual({
      Group: TEAM,
      User: 'ada',
      Hub: 'prod',
      'First day': '2026-03-02',
      'Last day': '2026-03-03',
      Days: 2,
    });
  });
});

describe('sync health', () => {
  const uid = 'jupyterhub-sync-health';

  it('says of a day that was not read nothing, instead of drawing the day before over it', async () => {
    const later = { from: new Date('2026-03-05T00:00:00Z'), to: new Date('2026-03-08T12:00:00Z') };
    const asked = await Grafana.connect(database.url, later);
    try {
      const { rows } = await asked.ask(queryNamed(uid, 'Usage read, by day'), { cluster: CLUSTER });
      expect(rows.map(([time, compute]) => [shown(time), compute])).toEqual([
        ['2026-03-05', 'provisional'],
        ['2026-03-06', 'provisional'],
        ['2026-03-07', null],
        ['2026-03-08', null],
      ]);
    } finally {
      await asked.close();
    }
  });

  it('the age of each source counts from its last good run, however the newest run went', async () => {
    const rows = await rowsOf(uid, 'Time since the last good run');
    const expected = (Date.now() - Date.parse('2026-03-04T05:17:30Z')) / 1000;
    expect(rows.map(({ Source }) => Source)).toEqual(['cost-explorer', 'prometheus']);
    expect(Math.abs(Number(rows[0]!.Age) - expected)).toBeLessThan(60);
  });

  it('the newest day of each kind of data', async () => {
    const days = Object.fromEntries(
      (await rowsOf(uid, 'Newest day')).map(({ Data, 'Newest day': day }) => [String(Data), day]),
    );
    expect(days).toMatchObject({
      costs: '2026-03-06',
      'costs, no longer estimated': '2026-03-03',
      'compute, final': '2026-03-04',
      'compute, provisional': '2026-03-06',
    });
  });

  it('runs of the range, newest first, with what they cost', async () => {
    const runs = await rowsOf(uid, 'Runs');
    expect(runs.map(({ Source, Status }) => `${String(Source)} ${String(Status)}`)).toEqual([
      'prometheus running',
      'prometheus succeeded',
      'cost-explorer failed',
      'cost-explorer succeeded',
    ]);
    expect(runs[2]).toMatchObject({
      From: '2026-02-01',
      To: '2026-03-04',
      Duration: 60,
      Requests: 2,
      Spent: 0.02,
      Error: `throttled; it's busy`,
    });
    expect((await rowsOf(uid, 'Spent on Cost Explorer requests, by day')).map(({ value }) => value)).toEqual([
      0.05, 0.02,
    ]);
  });

  it('restatements: what rose and fell, a cost that appeared or vanished counted whole', async () => {
    expect(await rowsOf(uid, 'Restatements, by the day they were seen')).toEqual([
      { time: Date.UTC(2026, 2, 4) / 1000, metric: 'prod', value: 31 },
      { time: Date.UTC(2026, 2, 4) / 1000, metric: 'support', value: -2.5 },
    ]);
    expect((await rowsOf(uid, 'What changed, and by how much'))[0]).toMatchObject({
      Day: '2026-02-28',
      Before: null,
      After: 30,
      Difference: 30,
    });
  });
});
