import type { AllocationPolicy } from '#libs/domain';
import {
  BASIS,
  CLUSTER_POLICY,
  dayCosts,
  DIVIDED_BY,
  HUB_POLICY,
  openStoredCluster,
  readings,
  settled,
  userCostLines,
  type CostLine,
  type StoredCluster,
  type UsageLine,
} from './stored-cluster.js';

describe('the allocation of a day', () => {
  let stored: StoredCluster;

  beforeEach(async () => {
    stored = await openStoredCluster();
  });

  afterEach(() => stored.end());

  async function allocate(
    costs: readonly CostLine[],
    usage: { compute?: readonly UsageLine[]; homeStorage?: readonly UsageLine[] },
    policy: AllocationPolicy = HUB_POLICY,
  ): Promise<string[]> {
    await stored.session.replaceUsageDay(stored.run, readings(usage), settled(), policy);
    await stored.session.replaceCostDay(stored.run, dayCosts(costs), BASIS, policy);
    return userCostLines(stored);
  }

  const TAGGED_AND_UNTAGGED: CostLine[] = [
    ['prod', 'compute', '30'],
    ['staging', 'compute', '10'],
    ['support', 'compute', '60'],
  ];
  const EQUAL: UsageLine[] = [
    ['prod', 'ana', 500],
    ['staging', 'sam', 500],
  ];

  it("gives each hub's own cost to its users, and untagged cost to all by equal usage", async () => {
    expect(await allocate(TAGGED_AND_UNTAGGED, { compute: EQUAL })).toEqual([
      'prod/ana compute 30 30',
      'staging/sam compute 10 30',
    ]);
  });

  it('gives all cost to all users as shared when the policy is cluster', async () => {
    expect(await allocate(TAGGED_AND_UNTAGGED, { compute: EQUAL }, CLUSTER_POLICY)).toEqual([
      'prod/ana compute 0 50',
      'staging/sam compute 0 50',
    ]);
  });

  it('keeps the part of an excluded hub, three quarters of the usage, without a name', async () => {
    const usage: UsageLine[] = [
      ['binder', 'jupyter-x', 2_000],
      ['binder', 'jupyter-y', 1_000],
      ['prod', 'ana', 1_000],
    ];
    expect(await allocate([['support', 'compute', '100']], { compute: usage })).toEqual([
      'binder/- compute 0 75',
      'prod/ana compute 0 25',
    ]);
    expect(await allocate([['support', 'compute', '100']], { compute: usage }, CLUSTER_POLICY)).toEqual([
      'binder/- compute 0 75',
      'prod/ana compute 0 25',
    ]);
  });

  it('names the users of binder when no hub is excluded', async () => {
    const usage: UsageLine[] = [
      ['binder', 'x', 3],
      ['prod', 'ana', 1],
    ];
    const policy: AllocationPolicy = { allocation: 'hub', excludedHubs: [], dividedBy: DIVIDED_BY };
    expect(await allocate([['binder', 'compute', '8']], { compute: usage }, policy)).toEqual(['binder/x compute 8 0']);
  });

  it.each([HUB_POLICY, CLUSTER_POLICY])(
    'keeps all cost of a day without usage at its hub ($allocation)',
    async (policy) => {
      expect(await allocate(TAGGED_AND_UNTAGGED, {}, policy)).toEqual([
        'prod/- compute 30 0',
        'staging/- compute 10 0',
        'support/- compute 0 60',
      ]);
    },
  );

  it("keeps a hub's own cost when nobody used that hub, though others used the cluster", async () => {
    expect(await allocate(TAGGED_AND_UNTAGGED, { compute: [['prod', 'ana', 7]] })).toEqual([
      'prod/ana compute 30 60',
      'staging/- compute 10 0',
    ]);
  });

  it('measures each component by its own usage', async () => {
    const costs: CostLine[] = [
      ['prod', 'compute', '10'],
      ['prod', 'home storage', '4'],
    ];
    const usage = {
      compute: [
        ['prod', 'ana', 9],
        ['prod', 'bob', 1],
      ] as UsageLine[],
      homeStorage: [
        ['prod', 'bob', 3],
        ['prod', 'cyd', 1],
      ] as UsageLine[],
    };
    expect(await allocate(costs, usage)).toEqual([
      'prod/ana compute 9 0',
      'prod/bob compute 1 0',
      'prod/bob home storage 3 0',
      'prod/cyd home storage 1 0',
    ]);
  });

  it('leaves components that nobody shares with their hub', async () => {
    const costs: CostLine[] = [
      ['prod', 'object storage', '2.5'],
      ['support', 'core', '7'],
      ['support', 'compute', '1'],
    ];
    expect(await allocate(costs, { compute: [['prod', 'ana', 1]] })).toEqual([
      'prod/ana compute 0 1',
      'support/- core 0 7',
      'prod/- object storage 2.5 0',
    ]);
  });

  it('adds the services of a component up before it divides them', async () => {
    const costs: CostLine[] = [
      ['prod', 'compute', '3', 'Amazon Elastic Compute Cloud - Compute'],
      ['prod', 'compute', '1', 'EC2 - Other'],
    ];
    expect(
      await allocate(costs, {
        compute: [
          ['prod', 'ana', 1],
          ['prod', 'bob', 1],
        ],
      }),
    ).toEqual(['prod/ana compute 2 0', 'prod/bob compute 2 0']);
  });

  // 1/3 = 0.33333333333…, 2/3 = 0.66666666667 rounded: the running sums are .3333333333, .6666666667, 1.
  it('divides a dollar among three to the last digit', async () => {
    const thirds: UsageLine[] = [
      ['prod', 'ana', 1],
      ['prod', 'bob', 1],
      ['prod', 'cyd', 1],
    ];
    expect(await allocate([['prod', 'compute', '1']], { compute: thirds })).toEqual([
      'prod/ana compute 0.3333333333 0',
      'prod/bob compute 0.3333333334 0',
      'prod/cyd compute 0.3333333333 0',
    ]);
  });

  it('divides what cannot be divided: one ten-billionth of a dollar goes to one of three', async () => {
    const thirds: UsageLine[] = [
      ['prod', 'ana', 1],
      ['prod', 'bob', 1],
      ['prod', 'cyd', 1],
    ];
    expect(await allocate([['prod', 'compute', '0.0000000001']], { compute: thirds })).toEqual([
      'prod/bob compute 0.0000000001 0',
    ]);
  });

  it('divides a refund as it divides a cost', async () => {
    const usage: UsageLine[] = [
      ['prod', 'ana', 1],
      ['prod', 'bob', 3],
    ];
    expect(
      await allocate(
        [
          ['prod', 'compute', '-8'],
          ['support', 'compute', '2'],
        ],
        { compute: usage },
      ),
    ).toEqual(['prod/ana compute -2 0.5', 'prod/bob compute -6 1.5']);
  });

  it('counts pods in the namespace of the untagged hub among the users of the cluster', async () => {
    const usage: UsageLine[] = [
      ['prod', 'ana', 1],
      ['support', 'ops', 1],
    ];
    expect(
      await allocate(
        [
          ['support', 'compute', '10'],
          ['prod', 'compute', '3'],
        ],
        { compute: usage },
      ),
    ).toEqual(['prod/ana compute 3 5', 'support/ops compute 0 5']);
  });

  it('is made anew, from what is stored, when the policy changes', async () => {
    await allocate(TAGGED_AND_UNTAGGED, { compute: EQUAL });
    const other: AllocationPolicy = {
      allocation: 'cluster',
      excludedHubs: ['staging', 'binder', 'staging'],
      dividedBy: DIVIDED_BY,
    };
    expect(await stored.session.listDaysWithOtherPolicy(HUB_POLICY)).toEqual([]);
    expect(await stored.session.listDaysWithOtherPolicy(other)).toEqual(['2026-10-05']);

    // Two user costs, and the day's policy.
    expect(await stored.session.allocateDay(stored.run, '2026-10-05', other)).toBe(3);

    expect(await userCostLines(stored)).toEqual(['prod/ana compute 0 50', 'staging/- compute 0 50']);
    const sameInOtherOrder: AllocationPolicy = {
      allocation: 'cluster',
      excludedHubs: ['binder', 'staging'],
      dividedBy: DIVIDED_BY,
    };
    expect(await stored.session.listDaysWithOtherPolicy(sameInOtherOrder)).toEqual([]);
  });

  it('follows usage that arrives after the cost', async () => {
    await stored.session.replaceCostDay(stored.run, dayCosts(TAGGED_AND_UNTAGGED), BASIS, HUB_POLICY);
    await stored.session.replaceUsageDay(stored.run, readings({ compute: EQUAL }), settled(), HUB_POLICY);
    expect(await userCostLines(stored)).toEqual(['prod/ana compute 30 30', 'staging/sam compute 10 30']);
  });

  it('has nothing to say of a day without stored cost', async () => {
    await stored.session.replaceUsageDay(stored.run, readings({ compute: EQUAL }), settled(), HUB_POLICY);
    expect(await stored.session.allocateDay(stored.run, '2026-10-05', HUB_POLICY)).toBe(0);
    expect(await userCostLines(stored)).toEqual([]);
    expect(await stored.query(`SELECT * FROM cost_days`)).toEqual([]);
  });
});
