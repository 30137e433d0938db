import { addDays } from '#libs/domain';
import { execute } from '../../support/database.js';
import { CLUSTER, TEAM, USERS } from './estate.js';
import type { Picked } from './expand-variables.js';
import { Panels, range } from './panel-rows.js';

const BY_STEP = 'Top $top_users users, everyone else, and what no user bears';

const panels = new Panels('jupyterhub-user-costs');

describe('user costs', () => {
  it('users bear 65 of each 78, of which 15 are shared; 13 stay unallocated', async () => {
    expect(await panels.onlyRow('Costs of the users')).toEqual({
      Users: '$260.00',
      'Direct part': '$200.00',
      'Shared part': '$60.00',
      Unallocated: '$52.00',
      'Usage not read': null,
    });
    expect(await panels.onlyRow('Users with cost')).toEqual({ 'Users with cost': '6', 'Mean per user': '$43.33' });
  });

  it('a user is of one hub, so ada is there twice; ties go by hub', async () => {
    expect(await panels.rowsOf('Top $top_users users')).toEqual([
      { User: 'ada (prod)', Cost: 120 },
      { User: `o'brien (prod)`, Cost: 64 },
      { User: 'bob "the builder" (prod)', Cost: 44 },
      { User: 'back\\slash (prod)', Cost: 16 },
      { User: '100%_sure (prod)', Cost: 8 },
    ]);
  });

  it('the top users, everyone else and what no user bears add up to the day', async () => {
    const points = await panels.points(BY_STEP, { top_users: '1' });
    expect(points.filter((one) => one.startsWith('2026-03-02'))).toEqual([
      '2026-03-02 ada (prod) 30',
      '2026-03-02 (everyone else) 35',
      '2026-03-02 (unallocated: idle) 5',
      '2026-03-02 (unallocated: not allocated) 8',
    ]);
    expect(points.reduce((sum, one) => sum + Number(one.split(' ').at(-1)), 0)).toBe(312);
  });

  it('what was used while usage was not read stands apart from what was idle', async () => {
    const sixth = range('2026-03-06T10:00:00Z', '2026-03-06T20:00:00Z');
    expect((await panels.points(BY_STEP, { top_users: '1' }, sixth)).slice(2)).toEqual([
      '2026-03-06 (unallocated: not allocated) 8',
      '2026-03-06 (usage not read) 5',
    ]);
    expect(await panels.onlyRow('Costs of the users', {}, sixth)).toMatchObject({
      Unallocated: '$8.00',
      'Usage not read': '$5.00',
    });
  });

  it('by hub, and by component in its direct and shared part', async () => {
    expect((await panels.points('Users by hub')).slice(0, 4)).toEqual([
      '2026-03-02 prod 63',
      '2026-03-02 staging 2',
      '2026-03-02 (unallocated: idle) 5',
      '2026-03-02 (unallocated: not allocated) 8',
    ]);
    expect((await panels.points('Users by component, direct and shared')).slice(0, 3)).toEqual([
      '2026-03-02 compute, direct 40',
      '2026-03-02 compute, shared 15',
      '2026-03-02 home storage, direct 10',
    ]);
  });

  it('ada: 26 of compute and 4 of storage a day, for 13 GiB-hours and 2 GiB at home', async () => {
    const [all, ada] = await panels.rowsOf('Users');
    expect(ada).toEqual({
      User: 'ada',
      Hub: 'prod',
      Cost: 120,
      // 1 March cost 30, the three days before it nothing.
      Change: 90,
      Share: 0.461538,
      'Direct part': 96,
      'Shared part': 24,
      'Memory GiB-hours': 52,
      'Home GiB': 2,
      'Per GiB-hour': 2,
      Groups: 'physics',
    });
    expect(all).toMatchObject({ User: 'All', Hub: 'All', Cost: 260, Share: 1, 'Memory GiB-hours': 108, Groups: null });
  });

  it('changed by, against as many days before: only where those are all stored', async () => {
    const fourth = range('2026-03-04T08:00:00Z', '2026-03-05T08:00:00Z');
    expect((await panels.rowsOf('Users', {}, fourth)).slice(0, 2)).toMatchObject([
      { User: 'All', Cost: 130, Change: 0 },
      { User: 'ada', Cost: 60, Change: 0 },
    ]);
    // 27 and 28 February are stored, and no user bore anything of them.
    const march = range('2026-03-01T08:00:00Z', '2026-03-02T08:00:00Z');
    expect((await panels.rowsOf('Users', {}, march))[0]).toMatchObject({ Cost: 130, Change: 130 });
    const groups = range('2026-03-02T08:00:00Z', '2026-03-03T08:00:00Z');
    expect((await panels.rowsOf('Users', {}, groups))[1]).toMatchObject({ User: 'ada', Groups: `physics, ${TEAM}` });
  });

  it('changed by, without the days that cannot be compared, and without the days opposite', async () => {
    const adaChangedBy = async (picked = {}) => (await panels.rowsOf('Users', picked))[1]?.['Change'];
    // 2, 4 and 5 March cost 30 each; of 26 and 28 February and 1 March, the last alone cost anything.
    await panels.markCompute(`= '2026-03-03'`, 'missing');
    expect(await adaChangedBy()).toBe(60);
    // 1 March is opposite 5 March: 2 and 4 March against nothing.
    await panels.markCompute(`= '2026-03-01'`, 'missing');
    expect(await adaChangedBy()).toBe(60);
    await panels.markCompute(`< '2026-03-02'`, 'missing');
    expect(await adaChangedBy()).toBeNull();
    await panels.markCompute(`< '2026-03-04'`, 'final');
    expect(await adaChangedBy()).toBe(90);
  });

  it('changed by, without the days of the range that are not stored', async () => {
    // 5 and 6 March against 1 and 2 March, 65 a day each: 7 and 8 March would have been less by 130.
    const past = range('2026-03-05T08:00:00Z', '2026-03-08T08:00:00Z');
    expect((await panels.rowsOf('Users', {}, past))[0]).toMatchObject({ User: 'All', Cost: 130, Change: 0 });
  });

  it('changed by, without a day that was last read before it ended', async () => {
    const day = (after: number) => addDays('2026-06-10', after);
    const days = `generate_series(date '${day(-7)}', date '${day(2)}', interval '1 day') AS day`;
    // 8 on each of the first two days of the five, and of the five before; of the last day 1 is known, opposite 8.
    await execute(
      panels.database.url,
      `INSERT INTO cost_days (cluster, day, account_usd, estimated, basis, attribution, run_id, cluster_usd, policy, digest, is_running)
       SELECT '${CLUSTER}', day::date, 1, true, 'amortized', 'd', 1, 0, '', '', day >= '${day(0)}' FROM ${days};
       INSERT INTO usage_days (cluster, day, dataset, status, coverage, read_at, run_id, hub, method, digest)
       SELECT '${CLUSTER}', day::date, 'compute', 'provisional', 1, now(), 1, '', 'memory_requested', '' FROM ${days};
       INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups)
       SELECT '${CLUSTER}', day::date, 'prod', 'ada', 'compute', CASE day::date WHEN '${day(2)}' THEN 1 ELSE 8 END, 0, '{none}'
       FROM ${days} WHERE day::date NOT IN ('${day(-5)}', '${day(-4)}', '${day(0)}', '${day(1)}')`,
    );
    const five = range(`${day(-2)}T00:00:00Z`, `${day(2)}T12:00:00Z`);
    expect((await panels.rowsOf('Users', {}, five))[0]).toMatchObject({ Cost: 17, Change: 0 });
    for (const table of ['user_costs', 'usage_days', 'cost_days'])
      await execute(panels.database.url, `DELETE FROM ${table} WHERE cluster = '${CLUSTER}' AND day >= '${day(-7)}'`);
  });

  it('usage beside the cost: of ada 13 + 2 GiB-hours of memory a day and 48 at home', async () => {
    expect(await panels.rowsOf('Usage of the users', { user: ['ada'] })).toEqual(
      [2, 3, 4, 5].map((day) => ({
        time: `2026-03-0${day}`,
        'memory requested, GiB-hours': 15,
        'home directories, GiB-hours': 48,
      })),
    );
  });

  it('offers hubs that have users and no cost of their own', async () => {
    expect((await panels.rowsOf('hub')).map(({ hub }) => hub)).toEqual(['prod', 'staging', 'support']);
  });

  it.each(Object.entries(USERS))('finds the user with a %s in the name, and nobody else', async (_kind, user) => {
    expect((await panels.rowsOf('Users', { user: [user] })).map(({ User }) => User)).toEqual(
      user === USERS.plain ? ['All', user, user] : ['All', user],
    );
    expect(await panels.onlyRow('Costs of the users', { user: [user] })).toMatchObject({ Unallocated: null });
  });

  it('a group picks its members as of each day: ada and o’brien for four days, ada alone for two', async () => {
    expect(await panels.onlyRow('Costs of the users', { usergroup: ['physics'] })).toMatchObject({ Users: '$184.00' });
    expect(await panels.onlyRow('Costs of the users', { usergroup: [TEAM] })).toMatchObject({ Users: '$60.00' });
    expect((await panels.rowsOf('Users', { usergroup: [TEAM] }))[1]).toMatchObject({
      User: 'ada',
      'Memory GiB-hours': 26,
    });
    expect(await panels.rowsOf('Top $top_users users', { usergroup: [TEAM] })).toEqual([
      { User: 'ada (prod)', Cost: 60 },
    ]);
    expect(await panels.points(BY_STEP, { usergroup: [TEAM], top_users: '1' })).toEqual([
      '2026-03-02 ada (prod) 30',
      '2026-03-03 ada (prod) 30',
    ]);
  });

  it('counts ada once where both of her groups are picked', async () => {
    const picked = { usergroup: ['physics', TEAM] };
    expect(await panels.onlyRow('Costs of the users', picked)).toMatchObject({ Users: '$184.00' });
    expect((await panels.points('Users by hub', picked))[0]).toBe('2026-03-02 prod 46');
    expect((await panels.points(BY_STEP, { ...picked, top_users: '1' })).slice(0, 2)).toEqual([
      '2026-03-02 ada (prod) 30',
      '2026-03-02 (everyone else) 16',
    ]);
    expect((await panels.rowsOf('Users', picked)).map(({ User, Cost }) => [User, Cost])).toEqual([
      ['All', 184],
      ['ada', 120],
      [`o'brien`, 64],
    ]);
  });

  it('a user and a group pick the user’s days in the group: ada two in the team, and those of staging in none', async () => {
    const days = (user: string, usergroup: string) =>
      panels.points('Users by hub', { user: [user], usergroup: [usergroup] });
    expect(await days('ada', TEAM)).toEqual(['2026-03-02 prod 30', '2026-03-03 prod 30']);
    expect(await days('ada', 'none')).toEqual([2, 3, 4, 5].map((day) => `2026-03-0${day} staging 2`));
    expect(await days(`o'brien`, TEAM)).toEqual([]);
    expect(await panels.onlyRow('Costs of the users', { user: ['ada'], usergroup: [TEAM] })).toMatchObject({
      Users: '$60.00',
    });
    expect(await panels.rowsOf('Users', { user: ['ada'], usergroup: [TEAM] })).toMatchObject([
      { User: 'All' },
      { User: 'ada', Cost: 60 },
    ]);
  });

  it('leaves out who used something and bore no cost', async () => {
    for (const picked of [{}, { usergroup: ['none'] }] as Record<string, Picked>[]) {
      expect((await panels.rowsOf('Users', picked)).map(({ User }) => User)).not.toContain('zoe');
    }
  });

  it('in no group are bob, and the three whom no membership names: 44, 16, 8 and 8', async () => {
    expect(await panels.onlyRow('Costs of the users', { usergroup: ['none'] })).toMatchObject({ Users: '$76.00' });
    expect(await panels.onlyRow('Users with cost', { usergroup: ['none'] })).toEqual({
      'Users with cost': '4',
      'Mean per user': '$19.00',
    });
  });
});
