import { TEAM, USERS } from './estate.js';
import { Panels } from './panel-rows.js';

const panels = new Panels('jupyterhub-group-costs');

describe('group costs', () => {
  const groups = async (counted: string) =>
    (await panels.rowsOf('Groups', { counted })).map(({ Group, Cost, Share }) => [Group, Cost, Share]);

  it('split adds up to the users; full is more by the 60 that ada is counted again on two days', async () => {
    expect(await panels.onlyRow('Do groups add up?')).toEqual({
      Users: '$260.00',
      'Groups, split': '$260.00',
      'Groups, full': '$320.00',
      'Counted more than once': '$60.00',
    });
    expect(await groups('split')).toEqual([
      ['All', 260, 1],
      ['physics', 154, 0.592308],
      ['none', 76, 0.292308],
      [TEAM, 30, 0.115385],
    ]);
    expect(await groups('full')).toEqual([
      ['All', 320, 1],
      ['physics', 184, 0.575],
      ['none', 76, 0.2375],
      [TEAM, 60, 0.1875],
    ]);
  });

  it('adds up as well with some groups or some users picked: ada of prod and of staging cost 120 and 8', async () => {
    expect(await panels.onlyRow('Do groups add up?', { usergroup: ['physics', TEAM] })).toEqual({
      Users: '$184.00',
      'Groups, split': '$184.00',
      'Groups, full': '$244.00',
      'Counted more than once': '$60.00',
    });
    expect(await panels.onlyRow('Do groups add up?', { user: ['ada'] })).toEqual({
      Users: '$128.00',
      'Groups, split': '$128.00',
      'Groups, full': '$188.00',
      'Counted more than once': '$60.00',
    });
    expect(await panels.rowsOf('Groups', { user: ['ada'] })).toMatchObject([
      { Group: 'All', Cost: 128, Split: 128, Full: 188, Days: 4 },
      { Group: 'physics', Cost: 90, Split: 90, Full: 120, Days: 4 },
      { Group: TEAM, Cost: 30, Split: 30, Full: 60, Days: 2 },
      { Group: 'none', Cost: 8, Split: 8, Full: 8, Days: 4 },
    ]);
  });

  it('by day: ada halved while she is in two groups', async () => {
    const physics = async (counted: string) =>
      (await panels.points('By group', { counted }))
        .filter((one) => one.includes('physics'))
        .map((one) => Number(one.split(' ').at(-1)));
    expect(await physics('split')).toEqual([31, 31, 46, 46]);
    expect(await physics('full')).toEqual([46, 46, 46, 46]);
  });

  it('who is in several groups and who in none, on how many days, at what cost', async () => {
    expect((await panels.rowsOf('Users in several groups')).slice(1)).toEqual([
      { User: 'ada', Hub: 'prod', Groups: `physics, ${TEAM}`, Days: 2, 'Last day': '2026-03-03', Cost: 60 },
    ]);
    expect(await panels.rowsOf('Users in no group')).toEqual([
      { User: 'All', Hub: 'All', Days: 4, 'Last day': '2026-03-05', Cost: 44 },
      { User: USERS.doubleQuote, Hub: 'prod', Days: 4, 'Last day': '2026-03-05', Cost: 44 },
    ]);
  });

  it('who is in no group is not shown while other groups are picked', async () => {
    expect(await panels.rowsOf('Users in no group', { usergroup: ['physics'] })).toEqual([]);
    expect(await panels.rowsOf('Users in no group', { usergroup: ['physics', 'none'] })).toHaveLength(2);
  });

  it('members as of each day; the mean of a week’s days that were read', async () => {
    const of = async (group: string, step: string) =>
      (await panels.rowsOf('Members, as of each day', { step }))
        .filter(({ metric }) => metric === group)
        .map(({ value }) => value);
    expect(await of('physics', 'day')).toEqual([2, 2, 2, 2]);
    expect(await of(TEAM, 'day')).toEqual([1, 1, null, null]);
    expect(await of(TEAM, 'week')).toEqual([1]);
    expect((await panels.rowsOf('Who was in which group, and when', { user: ['ada'] })).at(-1)).toEqual({
      Group: TEAM,
      User: 'ada',
      Hub: 'prod',
      'First day': '2026-03-02',
      'Last day': '2026-03-03',
      Days: 2,
    });
  });
});
