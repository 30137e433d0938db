import {
  parseUsd,
  type AllocationPolicy,
  type AttributedCost,
  type ComponentPolicies,
  type DatasetReading,
  type IdleForm,
} from '#libs/domain';
import { BASIS, CLUSTER, DAY, HUB_POLICY, openStoredCluster, settled, type StoredCluster } from './stored-cluster.js';

/** `[hub, component, instance type, USD]`. */
type Cost = readonly [string, string, string, string];
/** `[hub, username, instance type, node-seconds]`. */
type Share = readonly [string, string, string, number];

const DIVIDED_BY: AllocationPolicy['dividedBy'] = [
  { component: 'compute', name: 'node_share', dataset: 'compute', byInstanceType: true },
  { component: 'compute', name: 'memory_requested', dataset: 'compute' },
  { component: 'home storage', name: 'home_stored', dataset: 'home storage' },
];

describe('compute by node-seconds', () => {
  let stored: StoredCluster;
  beforeEach(async () => void (stored = await openStoredCluster()));
  afterEach(() => stored.end());

  interface Given {
    readonly costs: readonly Cost[];
    readonly shares?: readonly Share[];
    readonly capacity?: Readonly<Record<string, number>>;
    readonly memory?: readonly (readonly [string, string, number])[];
    readonly policies?: ComponentPolicies;
    readonly idle?: IdleForm;
    readonly allocation?: 'hub' | 'cluster';
  }

  async function allocate({ costs, shares, capacity = {}, memory = [], ...given }: Given): Promise<string[]> {
    const policy: AllocationPolicy = { ...HUB_POLICY, ...given, dividedBy: DIVIDED_BY };
    const attributed = costs.map(([hub, component, instanceType, usd]): AttributedCost => ({
      hub,
      component,
      service: `service of ${component}`,
      instanceType,
      amountUsd: parseUsd(usd),
    }));
    const compute: DatasetReading = {
      day: DAY,
      dataset: 'compute',
      hub: '',
      coverage: 1,
      measures: [...(shares ? ['node_share'] : []), 'memory_requested'],
      rows: [
        ...(shares ?? []).map(([hub, username, instanceType, nodeSeconds]) => ({
          hub,
          username,
          measure: 'node_share',
          instanceType,
          quantity: BigInt(nodeSeconds) * 1000n,
        })),
        ...memory.map(([hub, username, byteSeconds]) => ({
          hub,
          username,
          measure: 'memory_requested',
          instanceType: '',
          quantity: BigInt(byteSeconds) * 1000n,
        })),
      ],
      capacity: Object.entries(capacity).map(([instanceType, nodeSeconds]) => ({
        instanceType,
        nodeSeconds: BigInt(nodeSeconds) * 1000n,
      })),
    };
    await stored.session.replaceUsageDay(stored.run, [compute], settled(), policy);
    await stored.session.replaceCostDay(
      stored.run,
      { day: DAY, accountUsd: 0n, attributed, estimated: false },
      BASIS,
      policy,
    );
    const rows = await stored.query<{ line: string }>(
      `SELECT concat_ws(' ', hub || '/' || coalesce(username, '-'), component, nullif(instance_type, ''), reason,
         trim_scale(direct_usd), trim_scale(shared_usd), 'idle ' || trim_scale(nullif(idle_usd, 0))) AS line
       FROM reporting.daily_user_costs WHERE cluster = $1 AND day = $2
       ORDER BY username, component, instance_type, hub`,
      [CLUSTER, DAY],
    );
    return rows.map(({ line }) => line);
  }

  // One GPU node all day, 72 USD, which alice takes for twelve hours; two nodes for half a day each, 24 USD, half of which
  // bob and cyd take in equal parts; 10 USD of disks go by the node-seconds of both types: 43,200 + 21,600 + 21,600.
  const TWO_TYPES: Given = {
    costs: [
      ['support', 'compute', 'g4dn.xlarge', '72'],
      ['support', 'compute', 'r5.xlarge', '24'],
      ['support', 'compute', '', '10'],
    ],
    shares: [
      ['prod', 'alice', 'g4dn.xlarge', 43_200],
      ['prod', 'bob', 'r5.xlarge', 21_600],
      ['prod', 'cyd', 'r5.xlarge', 21_600],
    ],
    capacity: { 'g4dn.xlarge': 86_400, 'r5.xlarge': 86_400 },
  };

  it('has each type borne by those who used it, idle capacity included', async () => {
    expect(await allocate(TWO_TYPES)).toEqual([
      'prod/alice compute 0 5 idle 2.5',
      'prod/alice compute g4dn.xlarge 0 72 idle 36',
      'prod/bob compute 0 2.5 idle 1.25',
      'prod/bob compute r5.xlarge 0 12 idle 6',
      'prod/cyd compute 0 2.5 idle 1.25',
      'prod/cyd compute r5.xlarge 0 12 idle 6',
      'support/- compute idle 0 0 idle -5',
      'support/- compute g4dn.xlarge idle 0 0 idle -36',
      'support/- compute r5.xlarge idle 0 0 idle -12',
    ]);
  });

  it('shows idle capacity beside people, with the same total, when IDLE is separate', async () => {
    expect(await allocate({ ...TWO_TYPES, idle: 'separate' })).toEqual([
      'prod/alice compute 0 2.5 idle 2.5',
      'prod/alice compute g4dn.xlarge 0 36 idle 36',
      'prod/bob compute 0 1.25 idle 1.25',
      'prod/bob compute r5.xlarge 0 6 idle 6',
      'prod/cyd compute 0 1.25 idle 1.25',
      'prod/cyd compute r5.xlarge 0 6 idle 6',
      'support/- compute idle 0 5 idle -5',
      'support/- compute g4dn.xlarge idle 0 36 idle -36',
      'support/- compute r5.xlarge idle 0 12 idle -12',
    ]);
    const totals = await stored.query(`SELECT trim_scale(sum(amount_usd)) AS usd FROM reporting.daily_allocated_costs`);
    expect(totals).toEqual([{ usd: '106' }]);
  });

  it("takes the idle part of a hub's own cost to that hub", async () => {
    const given: Given = {
      ...TWO_TYPES,
      costs: [
        ['prod', 'compute', 'g4dn.xlarge', '8'],
        ['staging', 'compute', 'g4dn.xlarge', '3'],
      ],
      idle: 'separate',
    };
    // Nobody of staging used the type: that is idle altogether.
    expect(await allocate(given)).toEqual([
      'prod/alice compute g4dn.xlarge 4 0 idle 4',
      'prod/- compute g4dn.xlarge idle 4 0 idle -4',
      'staging/- compute g4dn.xlarge idle 3 0',
    ]);
  });

  it('calls the cost of a type that nobody used idle, and leaves its users out of the bill', async () => {
    const costs: Cost[] = [
      ['support', 'compute', 'm5.large', '5'],
      ['support', 'compute', 'r5.xlarge', '24'],
    ];
    expect(await allocate({ ...TWO_TYPES, costs, capacity: { 'm5.large': 86_400, 'r5.xlarge': 43_200 } })).toEqual([
      'prod/bob compute r5.xlarge 0 12',
      'prod/cyd compute r5.xlarge 0 12',
      'support/- compute m5.large idle 0 5',
    ]);
  });

  it('divides by the sum of shares that add up to more than the node', async () => {
    const shares: Share[] = [
      ['prod', 'bob', 'r5.xlarge', 77_760],
      ['prod', 'cyd', 'r5.xlarge', 77_760],
    ];
    const costs: Cost[] = [['support', 'compute', 'r5.xlarge', '24']];
    expect(await allocate({ costs, shares, capacity: { 'r5.xlarge': 86_400 } })).toEqual([
      'prod/bob compute r5.xlarge 0 12',
      'prod/cyd compute r5.xlarge 0 12',
    ]);
  });

  it('hides the idle capacity of one type behind no other that is asked for twice', async () => {
    const shares: Share[] = [['prod', 'bob', 'r5.xlarge', 172_800]];
    // Of two node-days one is idle: half of the disks.
    expect(
      await allocate({
        costs: [['support', 'compute', '', '10']],
        shares,
        capacity: { 'r5.xlarge': 86_400, 'm5.large': 86_400 },
      }),
    ).toEqual(['prod/bob compute 0 10 idle 5', 'support/- compute idle 0 0 idle -5']);
  });

  it('leaves the part of an anonymous hub without a name, its idle part included', async () => {
    const shares: Share[] = [
      ['binder', 'x', 'r5.xlarge', 21_600],
      ['prod', 'bob', 'r5.xlarge', 21_600],
    ];
    const costs: Cost[] = [['support', 'compute', 'r5.xlarge', '24']];
    expect(await allocate({ costs, shares, capacity: { 'r5.xlarge': 86_400 }, idle: 'separate' })).toEqual([
      'prod/bob compute r5.xlarge 0 6 idle 6',
      'binder/- compute r5.xlarge anonymous hub 0 6 idle 6',
      'support/- compute r5.xlarge idle 0 12 idle -12',
    ]);
  });

  it('goes by memory requests over all of compute on a day without node-seconds', async () => {
    const memory = [
      ['prod', 'alice', 1],
      ['prod', 'bob', 3],
    ] as const;
    expect(await allocate({ costs: TWO_TYPES.costs, memory })).toEqual([
      'prod/alice compute 0 26.5',
      'prod/bob compute 0 79.5',
    ]);
  });

  it('loads core, and what is divided by core, in proportion; even by head; and none on nobody', async () => {
    const given: Given = {
      costs: [
        ['support', 'compute', 'g4dn.xlarge', '30'],
        ['support', 'compute', 'r5.xlarge', '10'],
        ['support', 'core', '', '8'],
        ['prod', 'core', '', '4'],
        ['support', 'backup', '', '3'],
        ['staging', 'networking', '', '1'],
        ['support', 'networking', '', '3'],
        ['support', 'other', '', '2'],
        ['support', 'object storage', '', '7'],
      ],
      shares: [
        ['prod', 'alice', 'g4dn.xlarge', 100],
        ['prod', 'bob', 'r5.xlarge', 100],
        ['staging', 'sam', 'g4dn.xlarge', 100],
      ],
      policies: {
        core: { proportional: ['compute'] },
        backup: { proportional: ['core'] },
        networking: 'even',
        'object storage': { proportional: ['other'] },
        other: 'none',
      },
    };
    // alice 15, bob 10, sam 15 of compute. Untagged core 3, 2, 3; prod's core 4 as 15 to 10: 2.4, 1.6.
    // Backup 3 by core of 5.4, 3.6, 3: 1.35, 0.9, 0.75.
    expect(await allocate(given)).toEqual([
      'prod/alice backup 0 1.35',
      'prod/alice compute g4dn.xlarge 0 15',
      'prod/alice core 2.4 3',
      'prod/alice networking 0 1',
      'prod/bob backup 0 0.9',
      'prod/bob compute r5.xlarge 0 10',
      'prod/bob core 1.6 2',
      'prod/bob networking 0 1',
      'staging/sam backup 0 0.75',
      'staging/sam compute g4dn.xlarge 0 15',
      'staging/sam core 0 3',
      'staging/sam networking 1 1',
      'support/- object storage no usage 0 7',
      'support/- other not allocated 0 2',
    ]);
  });

  it('is made anew from what is stored when IDLE, a policy or the measure changes', async () => {
    await allocate(TWO_TYPES);
    const before: AllocationPolicy = { ...HUB_POLICY, dividedBy: DIVIDED_BY };
    expect(await stored.session.listDaysWithOtherPolicy({ ...before, idle: 'shared', policies: {} })).toEqual([]);
    for (const other of [
      { ...before, idle: 'separate' },
      { ...before, policies: { core: 'even' } },
      { ...before, dividedBy: DIVIDED_BY.slice(1) },
    ] as const) {
      expect(await stored.session.listDaysWithOtherPolicy(other)).toEqual([DAY]);
      await stored.session.allocateDay(stored.run, DAY, other);
      expect(await stored.session.listDaysWithOtherPolicy(other)).toEqual([]);
    }
  });
});
