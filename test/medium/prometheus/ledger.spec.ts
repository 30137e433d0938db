import {
  DEFAULT_ATTRIBUTION,
  eachDay,
  parseUsd,
  startOfDay,
  type AllocationPolicy,
  type AttributedCost,
} from '#libs/domain';
import { startPrometheus } from '#libs/embedded';
import { dividingMeasures, MEASURES, UsageReader } from '#libs/prometheus';
import { historyText, makeEstate } from '../../../apps/simulator/src/index.js';
import { BASIS, openStoredCluster, settled, type StoredCluster } from '../database/stored-cluster.js';
import { GIB, node, pod, SHARES_DAY, WHOLE_DAY } from './node-series.js';
import { openMetrics } from './open-metrics.js';

const readerOf = (url: string) =>
  new UsageReader({
    config: { url } as ConstructorParameters<typeof UsageReader>[0]['config'],
    attribution: DEFAULT_ATTRIBUTION,
    resolutionSeconds: 60,
  });

/*
 * A day as a ledger. Nodes, their hours and their price per hour:
 *
 *   std-1   r5.xlarge    24 h × 0.252 = 6.048    bob takes half of it (2 of 4 CPUs) all day: 12 node-hours
 *   std-2   r5.xlarge    12 h × 0.252 = 3.024    cyd takes 9 of 10 GiB from 10 to 18: 7.2 node-hours
 *   gpu-1   g4dn.xlarge   8 h × 0.526 = 4.208    alice takes the only GPU, and 1 GiB, from 10 to 16: 6 node-hours
 *   spot-1  m5.2xlarge   24 h × 0.134 = 3.216    dan takes 4 of 8 CPUs from 12 to 18: 3 node-hours
 *   core-1  r5.large     24 h × 0.126 = 3.024    core
 *   disks                             = 1.200    by all node-hours: 12 + 7.2 + 6 + 3 = 28.2
 */
const LEDGER: readonly (readonly [component: string, instanceType: string, usd: string])[] = [
  ['compute', 'r5.xlarge', '9.072'],
  ['compute', 'g4dn.xlarge', '4.208'],
  ['compute', 'm5.2xlarge', '3.216'],
  ['compute', '', '1.2'],
  ['core', 'r5.large', '3.024'],
];

const daemons = (name: string, span: readonly [string, string]) =>
  pod({ name: `aws-node-${name}`, node: name, span, requests: { cpu: 0.1, memory: GIB / 8 } });
const standard = { cpu: 4, memory: 10 * GIB };

const HISTORY = [
  ...node({ name: 'std-1', type: 'r5.xlarge', allocatable: standard }),
  ...node({ name: 'std-2', type: 'r5.xlarge', span: ['08:00', '20:00'], allocatable: standard }),
  ...node({
    name: 'gpu-1',
    type: 'g4dn.xlarge',
    span: ['09:00', '17:00'],
    allocatable: { cpu: 4, memory: 16 * GIB, nvidia_com_gpu: 1 },
  }),
  ...node({ name: 'spot-1', type: 'm5.2xlarge', allocatable: { cpu: 8, memory: 30 * GIB } }),
  ...node({ name: 'core-1', type: 'r5.large', purpose: 'core', allocatable: { cpu: 2, memory: 14 * GIB } }),
  ...daemons('std-1', WHOLE_DAY),
  ...daemons('std-2', ['08:00', '20:00']),
  ...daemons('gpu-1', ['09:00', '17:00']),
  ...daemons('spot-1', WHOLE_DAY),
  ...pod({ name: 'jupyter-bob', user: 'bob', node: 'std-1', span: WHOLE_DAY, requests: { cpu: 2, memory: GIB } }),
  ...pod({
    name: 'jupyter-cyd',
    user: 'cyd',
    node: 'std-2',
    span: ['10:00', '18:00'],
    requests: { cpu: 0.5, memory: 9 * GIB },
  }),
  ...pod({
    name: 'jupyter-alice',
    user: 'alice',
    node: 'gpu-1',
    span: ['10:00', '16:00'],
    requests: { cpu: 0.5, memory: GIB, nvidia_com_gpu: 1 },
  }),
  ...pod({
    name: 'jupyter-dan',
    user: 'dan',
    node: 'spot-1',
    span: ['12:00', '18:00'],
    requests: { cpu: 4, memory: 2 * GIB },
  }),
];

describe('a day whose ledger is known', () => {
  let stored: StoredCluster;
  let policy: AllocationPolicy;

  beforeAll(async () => {
    stored = await openStoredCluster();
    const prometheus = await startPrometheus({ history: [openMetrics(HISTORY)] });
    const readings = await readerOf(prometheus.url).fetchReadings(SHARES_DAY, 'compute');
    await prometheus.stop();
    const attributed = LEDGER.map(([component, instanceType, usd]): AttributedCost => ({
      hub: 'support',
      service: 'ledger',
      component,
      instanceType,
      amountUsd: parseUsd(usd),
    }));
    policy = { allocation: 'hub', excludedHubs: [], dividedBy: dividingMeasures(MEASURES) };
    await stored.session.replaceUsageDay(stored.run, readings, settled(SHARES_DAY), policy);
    const day = { day: SHARES_DAY, accountUsd: 0n, attributed, estimated: false };
    await stored.session.replaceCostDay(stored.run, day, BASIS, policy);
  });
  afterAll(() => stored.end());

  /** What each bears, in cents' precision, after the day was derived anew from what is stored. */
  async function bills(more: Partial<AllocationPolicy>): Promise<Record<string, string>> {
    await stored.session.allocateDay(stored.run, SHARES_DAY, { ...policy, ...more });
    const rows = await stored.query<{ who: string; usd: string }>(
      `SELECT coalesce(username, reason) AS who, round(sum(amount_usd), 2) AS usd
       FROM reporting.daily_user_costs WHERE day = $1 GROUP BY who HAVING sum(amount_usd) <> 0 ORDER BY who`,
      [SHARES_DAY],
    );
    return Object.fromEntries(rows.map(({ who, usd }) => [who, usd]));
  }

  // r5.xlarge: 9.072 as 12 to 7.2: bob 5.670, cyd 3.402. Disks: bob 0.5106, cyd 0.3064, alice 0.2553, dan 0.1277.
  it('charges each person to the cent what their nodes cost', async () => {
    expect(await bills({})).toEqual({
      alice: '4.46',
      bob: '6.18',
      cyd: '3.71',
      dan: '3.34',
      'not allocated': '3.02',
    });
  });

  // Idle: r5.xlarge 16.8 of 36 h, g4dn.xlarge 2 of 8, m5.2xlarge 21 of 24, altogether 39.8 of 68.
  it('shows idle capacity beside them', async () => {
    expect(await bills({ idle: 'separate' })).toEqual({
      alice: '3.26',
      bob: '3.24',
      cyd: '1.94',
      dan: '0.45',
      idle: '8.80',
      'not allocated': '3.02',
    });
  });

  // Each bears 3.024 / 17.696 of their compute more.
  it('loads core in proportion', async () => {
    expect(await bills({ policies: { core: { proportional: ['compute'] } } })).toEqual({
      alice: '5.23',
      bob: '7.24',
      cyd: '4.34',
      dan: '3.92',
    });
  });

  // 17.696 by GiB-hours: bob 24, cyd 72, alice 6, dan 12 of 114.
  it('goes by memory requests when that is the measure', async () => {
    expect(await bills({ dividedBy: dividingMeasures(MEASURES, 'memory_requested') })).toEqual({
      alice: '0.93',
      bob: '3.73',
      cyd: '11.18',
      dan: '1.86',
      'not allocated': '3.02',
    });
  });
});

describe('the simulated cluster, through a real Prometheus', () => {
  it('gives each person the node-seconds that their pods took, give or take minutes, and the nodes that were there', async () => {
    const estate = makeEstate({ today: '2026-11-20', historyDays: 3 });
    const prometheus = await startPrometheus({ history: historyText(estate, { until: startOfDay('2026-11-20') }) });
    const reader = readerOf(prometheus.url);
    try {
      for (const day of eachDay({ from: '2026-11-18', until: '2026-11-20' })) {
        const [reading] = await reader.fetchReadings(day, 'compute');
        const startMs = startOfDay(day).getTime();
        const truth = new Map(
          estate
            .trueNodeShares(day)
            .map(({ namespace, username, instanceType, nodeSeconds }) => [
              `${namespace} ${username} ${instanceType}`,
              nodeSeconds,
            ]),
        );
        const measured = new Map<string, number>();
        for (const row of reading!.rows) {
          if (!('measure' in row) || row.measure !== 'node_share') continue;
          measured.set(`${row.hub} ${row.username} ${row.instanceType}`, Number(row.quantity) / 1000);
        }
        const names = new Set([...truth.keys(), ...measured.keys()]);
        expect(names.size).toBeGreaterThan(20);
        for (const name of names) {
          const [namespace, username] = name.split(' ');
          const pods = estate
            .sessionsOn(day)
            .filter((pod) => pod.namespace === namespace && name.includes(pod.username));
          // Up to five minutes longer each, of the whole node at most, and a step at either end.
          const [least, most] = [pods.length * -60, pods.length * 420];
          const error = (measured.get(name) ?? 0) - (truth.get(name) ?? 0);
          expect([day, name, username !== '' && error >= least && error <= most]).toEqual([day, name, true]);
        }
        for (const { instanceType, nodeSeconds } of reading!.capacity!) {
          const nodes = estate.nodesOn(day).filter(({ type }) => type.name === instanceType);
          const seconds = nodes.reduce((sum, one) => sum + (one.untilMs - Math.max(one.fromMs, startMs)) / 1000, 0);
          const error = Number(nodeSeconds) / 1000 - seconds;
          expect(Math.abs(error)).toBeLessThanOrEqual(nodes.length * 420);
        }
      }
    } finally {
      await prometheus.stop();
    }
  });
});
