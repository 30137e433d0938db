import type { GroupMembership } from '#libs/domain';
import {
  BASIS,
  DAY,
  dayCosts,
  HUB_POLICY,
  openStoredCluster,
  readings,
  settled,
  storedVersions,
  userCostLines,
  type StoredCluster,
  type UsageLines,
} from './stored-cluster.js';

const member = (username: string, usergroup: string | null, usernameEscaped = username): GroupMembership => ({
  hub: 'prod',
  username,
  usernameEscaped,
  usergroup,
});

const USAGE: UsageLines = {
  compute: [
    ['prod', 'ana', 3],
    ['prod', 'bob', 1],
  ],
  homeStorage: [['prod', 'ana', 10n ** 24n]],
  memberships: [member('ana', 'physics'), member('ana', 'admins'), member('bob', null), member('cyd', '')],
};

const DURING_THE_DAY = new Date('2026-10-05T18:00:00Z');

describe("replacing a day's usage", () => {
  let stored: StoredCluster;

  beforeEach(async () => {
    stored = await openStoredCluster();
  });

  afterEach(() => stored.end());

  const replace = (usage: UsageLines, readAt = settled()) =>
    stored.session.replaceUsageDay(stored.run, readings(usage), readAt, HUB_POLICY);

  const usageLines = async () =>
    (
      await stored.query<{ line: string }>(
        `SELECT concat_ws(' ', hub, username, CASE measure WHEN 'memory_requested' THEN 'compute' ELSE 'home storage' END, trim_scale(quantity)) AS line FROM user_usage ORDER BY measure DESC, line`,
      )
    ).map((row) => row.line);

  const membershipLines = async () =>
    (
      await stored.query<{ line: string }>(
        `SELECT concat_ws(' ', username, coalesce('"' || usergroup || '"', 'none'), username_escaped) AS line
           FROM group_memberships ORDER BY 1`,
      )
    ).map((row) => row.line);

  const days = async () =>
    (await stored.session.listUsageDays({ from: DAY, until: '2026-10-06' })).map(
      ({ dataset, status, coverage }) => `${dataset} ${status} ${coverage}`,
    );

  it('stores usage, memberships and what was read', async () => {
    // 3 rows of usage, 4 of membership, 3 of what was read.
    expect(await replace(USAGE)).toEqual({ changed: true, rowsWritten: 10, kept: [] });
    expect(await usageLines()).toEqual([
      'prod ana compute 3',
      'prod bob compute 1',
      'prod ana home storage 1000000000000000000000000',
    ]);
    expect(await membershipLines()).toEqual(['ana "admins" ana', 'ana "physics" ana', 'bob none bob', 'cyd "" cyd']);
    expect(await days()).toEqual(['compute final 1', 'home storage final 1', 'memberships final 1']);
  });

  it('writes nothing at all when nothing changed', async () => {
    await stored.session.replaceCostDay(stored.run, dayCosts([['prod', 'compute', '8']]), BASIS, HUB_POLICY);
    await replace(USAGE);
    const before = await storedVersions(stored);
    expect(await replace(USAGE, new Date('2026-10-09T00:00:00Z'))).toEqual({
      changed: false,
      rowsWritten: 0,
      kept: [],
    });
    expect(await storedVersions(stored)).toEqual(before);
  });

  it('writes the rows that changed, removes those that vanished, and derives user costs anew', async () => {
    await stored.session.replaceCostDay(stored.run, dayCosts([['prod', 'compute', '8']]), BASIS, HUB_POLICY);
    await replace(USAGE);
    expect(await userCostLines(stored)).toEqual(['prod/ana compute 6 0', 'prod/bob compute 2 0']);
    const same = await stored.query(`SELECT ctid, xmin FROM user_usage WHERE measure = 'home_stored'`);

    const compute: UsageLines['compute'] = [
      ['prod', 'ana', 1],
      ['prod', 'cyd', 1],
    ];
    // 2 rows of usage, 1 mark of what was read, 2 user costs, and the day's row that says how they were made.
    expect(await replace({ ...USAGE, compute })).toMatchObject({ changed: true, rowsWritten: 6 });

    expect(await userCostLines(stored)).toEqual(['prod/ana compute 4 0', 'prod/cyd compute 4 0']);
    expect(await stored.query(`SELECT ctid, xmin FROM user_usage WHERE measure = 'home_stored'`)).toEqual(same);
  });

  it('follows people into and out of groups, which are settled with their costs', async () => {
    await stored.session.replaceCostDay(stored.run, dayCosts([['prod', 'compute', '8']]), BASIS, HUB_POLICY);
    await replace(USAGE);
    const groups = () =>
      stored.query(`SELECT username, usergroups FROM user_costs WHERE username IS NOT NULL ORDER BY username`);
    expect(await groups()).toEqual([
      { username: 'ana', usergroups: ['admins', 'physics'] },
      { username: 'bob', usergroups: ['none'] },
    ]);
    const memberships = [member('ana', 'physics', 'an-61'), member('bob', 'physics'), member('cyd', null)];
    // 3 memberships, 1 mark, 2 user costs and the day's row.
    expect(await replace({ ...USAGE, memberships })).toMatchObject({ rowsWritten: 7 });
    expect(await membershipLines()).toEqual(['ana "physics" an-61', 'bob "physics" bob', 'cyd none cyd']);
    expect(await groups()).toEqual([
      { username: 'ana', usergroups: ['physics'] },
      { username: 'bob', usergroups: ['physics'] },
    ]);
    expect(await userCostLines(stored)).toEqual(['prod/ana compute 6 0', 'prod/bob compute 2 0']);
  });

  it('calls the groups of a day whose memberships were not read unknown', async () => {
    await stored.session.replaceCostDay(stored.run, dayCosts([['prod', 'compute', '8']]), BASIS, HUB_POLICY);
    await replace({ compute: USAGE.compute, coverage: { compute: 1, homeStorage: 1, memberships: 0 } });
    expect(await stored.query(`SELECT DISTINCT usergroups FROM user_costs`)).toEqual([{ usergroups: ['unknown'] }]);
  });

  it('calls a day final from two hours after its end', async () => {
    await replace({ ...USAGE, coverage: 0.75 }, DURING_THE_DAY);
    expect(await days()).toEqual([
      'compute provisional 0.75',
      'home storage provisional 0.75',
      'memberships provisional 0.75',
    ]);
    await replace(USAGE, new Date('2026-10-06T01:59:59.999Z'));
    expect(await days()).toEqual(['compute provisional 1', 'home storage provisional 1', 'memberships provisional 1']);
    await replace(USAGE, new Date('2026-10-06T02:00:00.000Z'));
    expect(await days()).toEqual(['compute final 1', 'home storage final 1', 'memberships final 1']);
  });

  it('keeps a dataset that was read with more coverage, and replaces the others', async () => {
    await replace({ ...USAGE, coverage: { compute: 0.9, homeStorage: 0.5, memberships: 0.5 } });
    const later = await replace({
      compute: [['prod', 'ana', 1]],
      homeStorage: [['prod', 'ana', 5]],
      memberships: [],
      coverage: { compute: 0.3, homeStorage: 0.6, memberships: 0.2 },
    });
    expect(later).toMatchObject({ changed: true, kept: ['compute', 'memberships'] });
    expect(await usageLines()).toEqual(['prod ana compute 3', 'prod bob compute 1', 'prod ana home storage 5']);
    expect(await membershipLines()).toHaveLength(4);
    expect(await days()).toEqual(['compute final 0.9', 'home storage final 0.6', 'memberships final 0.5']);
  });

  it('keeps everything when Prometheus has forgotten the day', async () => {
    await replace(USAGE);
    const before = await storedVersions(stored);
    expect(await replace({ coverage: 0 })).toEqual({
      changed: false,
      rowsWritten: 0,
      kept: ['compute', 'home storage', 'memberships'],
    });
    expect(await storedVersions(stored)).toEqual(before);
  });

  it('calls a day final that was read before it was over, a week after Prometheus has forgotten it', async () => {
    await replace({ ...USAGE, coverage: 0.75 }, DURING_THE_DAY);
    const usage = await usageLines();
    expect(await replace({ coverage: 0 }, new Date('2026-10-12T23:59:59.999Z'))).toMatchObject({ changed: false });
    expect(await days()).toEqual([
      'compute provisional 0.75',
      'home storage provisional 0.75',
      'memberships provisional 0.75',
    ]);
    expect(await replace({ coverage: 0 }, new Date('2026-10-13T00:00:00.000Z'))).toEqual({
      changed: true,
      rowsWritten: 3,
      kept: ['compute', 'home storage', 'memberships'],
    });
    expect(await days()).toEqual(['compute final 0.75', 'home storage final 0.75', 'memberships final 0.75']);
    expect(await usageLines()).toEqual(usage);
  });

  it('keeps rows that were stored with too little coverage to be counted', async () => {
    await replace({ compute: [['prod', 'ana', 1]], coverage: 0.00001 });
    expect(await replace({ coverage: 0 })).toMatchObject({ changed: false, kept: ['compute'] });
    expect(await usageLines()).toEqual(['prod ana compute 1']);
  });

  it('says that a day is missing, which is not a day without users', async () => {
    await replace({ coverage: { compute: 0, homeStorage: 1, memberships: 1 } });
    expect(await stored.query(`SELECT dataset, status, detail FROM usage_days ORDER BY dataset`)).toEqual([
      { dataset: 'compute', status: 'missing', detail: 'Prometheus holds no compute samples of this day' },
      { dataset: 'home storage', status: 'final', detail: null },
      { dataset: 'memberships', status: 'final', detail: null },
    ]);
    await replace(USAGE);
    expect(await days()).toEqual(['compute final 1', 'home storage final 1', 'memberships final 1']);
  });

  it('lets users go who did nothing on the day after all', async () => {
    await replace(USAGE, DURING_THE_DAY);
    await replace({ coverage: 1 });
    expect(await usageLines()).toEqual([]);
    expect(await membershipLines()).toEqual([]);
  });

  it('adds up usage of one person in one hub, and knows a person in a group once', async () => {
    await replace({
      compute: [
        ['prod', 'ana', 2],
        ['prod', 'ana', 3],
      ],
      memberships: [
        member('ana', 'physics', 'b'),
        member('ana', 'physics', 'a'),
        member('bob', null),
        member('bob', null),
      ],
    });
    expect(await usageLines()).toEqual(['prod ana compute 5']);
    expect(await membershipLines()).toEqual(['ana "physics" a', 'bob none bob']);
  });

  it('leaves a dataset that was not read as it is stored', async () => {
    await replace({ ...USAGE, memberships: [member('ana', 'physics')] });
    const before = await usageLines();
    const memberships = readings({ memberships: [member('bob', null)] }).slice(2);
    const { rowsWritten } = await stored.session.replaceUsageDay(stored.run, memberships, settled(), HUB_POLICY);
    // One member, and the mark of when it was read.
    expect(rowsWritten).toBe(2);
    expect(await usageLines()).toEqual(before);
    expect(await membershipLines()).toEqual(['bob none bob']);
    await expect(stored.session.replaceUsageDay(stored.run, [], settled(), HUB_POLICY)).rejects.toThrow(RangeError);
  });

  it('refuses readings of several days, or of one dataset twice', async () => {
    const monday = readings(USAGE);
    const tuesday = readings({ ...USAGE, day: '2026-10-06' });
    const mixed = [monday[0]!, tuesday[1]!];
    await expect(stored.session.replaceUsageDay(stored.run, mixed, settled(), HUB_POLICY)).rejects.toThrow(RangeError);
    const swapped = [...monday, monday[0]!];
    await expect(stored.session.replaceUsageDay(stored.run, swapped, settled(), HUB_POLICY)).rejects.toThrow(
      RangeError,
    );
    expect(await usageLines()).toEqual([]);
  });
});
