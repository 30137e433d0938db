import { DEFAULT_ATTRIBUTION, type DatasetReading } from '#libs/domain';
import { startPrometheus, type EmbeddedPrometheus } from '#libs/embedded';
import { UsageReader } from '#libs/prometheus';
import { GIB, node, pod, samples, SHARES_DAY, WHOLE_DAY } from './node-series.js';
import { openMetrics, type Series } from './open-metrics.js';

/* Two days of a hand-made cluster. */
const DAY = SHARES_DAY;
const WITHOUT_TYPES = '2026-03-03';

const standard = { cpu: 4, memory: 10 * GIB, nvidia_com_gpu: 0, ephemeral_storage: 100 };

const HISTORY: Series[] = [
  ...node({ name: 'gpu-1', type: 'g4dn.xlarge', allocatable: { cpu: 4, memory: 16 * GIB, nvidia_com_gpu: 1 } }),
  ...node({ name: 'std-1', type: 'r5.xlarge', instances: ['a', 'b'], allocatable: standard }),
  ...node({ name: 'std-2', type: 'r5.xlarge', allocatable: standard }),
  ...node({ name: 'inf-1', type: 'inf1.xlarge', allocatable: { cpu: 4, aws_amazon_com_neuron: 4, memory: 8 * GIB } }),
  ...node({ name: 'core-1', type: 'r5.large', purpose: 'core', allocatable: { cpu: 2, memory: 8 * GIB } }),
  ...node({ name: 'back.1', type: 'r5.xlarge', span: ['00:00', '08:00'], allocatable: { cpu: 4, memory: 10 * GIB } }),
  ...node({ name: 'back.1', type: 'm5.large', span: ['12:00', '20:00'], allocatable: { cpu: 2, memory: 8 * GIB } }),

  // Nobody's.
  ...pod({ name: 'aws-node', node: 'std-1', span: WHOLE_DAY, requests: { cpu: 0.1, memory: GIB } }),

  ...pod({
    name: 'jupyter-alice',
    user: 'alice',
    node: 'gpu-1',
    span: ['10:00', '14:00'],
    requests: { cpu: 0.5, memory: GIB, nvidia_com_gpu: 1 },
  }),
  ...pod({
    name: 'jupyter-bob',
    user: 'bob',
    node: 'std-1',
    span: WHOLE_DAY,
    requests: { cpu: 3.6, memory: GIB, ephemeral_storage: 100 },
  }),
  ...pod({ name: 'jupyter-cyd', user: 'cyd', node: 'std-1', span: WHOLE_DAY, requests: { cpu: 0.4, memory: 9 * GIB } }),
  ...pod({
    name: 'jupyter-dan',
    user: 'dan',
    node: 'inf-1',
    span: ['06:00', '12:00'],
    requests: { cpu: 0.4, aws_amazon_com_neuron: 2 },
  }),
  ...pod({
    name: 'jupyter-eve',
    user: 'eve',
    node: 'std-2',
    span: ['08:00', '09:00'],
    instances: ['a', 'b'],
    requests: { cpu: 2, memory: GIB },
  }),
  ...pod({
    name: 'jupyter-fay',
    user: 'fay',
    node: 'std-2',
    span: ['10:00', '11:00'],
    requests: { cpu: 1, memory: GIB },
  }),
  ...pod({ name: 'jupyter-fay', node: 'std-2', span: ['10:00', '11:00'], container: 'sidecar', requests: { cpu: 1 } }),
  // Evicted at 13:00; the object stays.
  ...pod({
    name: 'jupyter-gus',
    user: 'gus',
    node: 'std-2',
    span: ['12:00', '18:00'],
    requests: { cpu: 1, memory: GIB },
  }),
  {
    metric: 'kube_pod_status_phase',
    labels: { namespace: 'prod', pod: 'jupyter-gus', phase: 'Failed', instance: 'a' },
    samples: [...samples(['12:00', '13:04'], 0, DAY), ...samples(['13:00', '18:00'], 1, DAY)],
  },
  // The node's name comes back with another type.
  ...pod({
    name: 'jupyter-hal',
    user: 'hal',
    node: 'back.1',
    span: ['02:00', '04:00'],
    requests: { cpu: 1, memory: GIB },
  }),
  ...pod({
    name: 'jupyter-ivy',
    user: 'ivy',
    node: 'back.1',
    span: ['14:00', '16:00'],
    requests: { cpu: 1, memory: GIB },
  }),
  // A pod that changes hands, and a pod that comes back on another type.
  ...pod({ name: 'jupyter-jo', user: 'jo', node: 'std-2', span: ['20:00', '21:00'], requests: { cpu: 1 } }),
  ...pod({ name: 'jupyter-jo', user: 'Jo "D."', node: 'std-2', span: ['21:05', '22:00'], requests: { cpu: 1 } }),
  ...pod({
    name: 'jupyter-kim',
    user: 'kim',
    node: 'gpu-1',
    span: ['16:00', '17:00'],
    requests: { nvidia_com_gpu: 1 },
  }),
  ...pod({ name: 'jupyter-kim', user: 'kim', node: 'inf-1', span: ['18:00', '20:00'], requests: { cpu: 1 } }),

  {
    metric: 'container_memory_working_set_bytes',
    labels: { namespace: 'prod', pod: 'jupyter-alice', container: 'notebook', id: '/x' },
    samples: samples(['10:00', '14:00'], GIB / 2, DAY),
  },
  {
    metric: 'container_cpu_usage_seconds_total',
    labels: { namespace: 'prod', pod: 'jupyter-alice', container: 'notebook', id: '/x' },
    samples: samples(['10:00', '14:00'], 0, DAY).map(({ at }, index) => ({ at, value: index * 30 })),
  },

  // kube-state-metrics without nodes in its label allowlist.
  ...node({ name: 'std-1', day: WITHOUT_TYPES, allocatable: standard }),
  ...pod({
    name: 'jupyter-bob',
    user: 'bob',
    node: 'std-1',
    span: WHOLE_DAY,
    day: WITHOUT_TYPES,
    requests: { cpu: 3.6, memory: GIB },
  }),
];

describe('the shares of nodes of a day', () => {
  let prometheus: EmbeddedPrometheus;
  const read = async (day: string): Promise<DatasetReading> => {
    const config = { url: prometheus.url } as ConstructorParameters<typeof UsageReader>[0]['config'];
    const reader = new UsageReader({ config, attribution: DEFAULT_ATTRIBUTION, resolutionSeconds: 60 });
    return (await reader.fetchReadings(day, 'compute'))[0]!;
  };
  const lines = ({ rows }: DatasetReading, measure: string) =>
    rows
      .flatMap((row) => ('measure' in row && row.measure === measure ? [row] : []))
      .map(({ username, instanceType, quantity }) => [username, instanceType, Number(quantity) / 1000]);

  beforeAll(async () => {
    prometheus = await startPrometheus({ history: [openMetrics(HISTORY)] });
  });
  afterAll(() => prometheus.stop());

  it('are the largest of each pod, in node-seconds by user and instance type', async () => {
    expect(lines(await read(DAY), 'node_share').sort()).toEqual(
      [
        ['alice', 'g4dn.xlarge', 4 * 3600],
        ['bob', 'r5.xlarge', 77_760],
        ['cyd', 'r5.xlarge', 77_760],
        ['dan', 'inf1.xlarge', 6 * 3600 * 0.5],
        ['eve', 'r5.xlarge', 3600 * 0.5],
        ['fay', 'r5.xlarge', 3600 * 0.5],
        ['gus', 'r5.xlarge', 3600 * 0.25],
        ['hal', 'r5.xlarge', 2 * 3600 * 0.25],
        ['ivy', 'm5.large', 2 * 3600 * 0.5],
        ['jo', 'r5.xlarge', 3600 * 0.25],
        ['Jo "D."', 'r5.xlarge', 55 * 60 * 0.25],
        ['kim', 'g4dn.xlarge', 3600],
        ['kim', 'inf1.xlarge', 2 * 3600 * 0.25],
      ].sort(),
    );
  });

  it('come with the capacity of the nodes, without those of core', async () => {
    const { capacity } = await read(DAY);
    const hours = capacity!.map(({ instanceType, nodeSeconds }) => [instanceType, Number(nodeSeconds) / 3_600_000]);
    expect(hours.sort()).toEqual([
      ['g4dn.xlarge', 24],
      ['inf1.xlarge', 24],
      ['m5.large', 8],
      ['r5.xlarge', 24 + 24 + 8],
    ]);
  });

  it('stand beside what informs, as far as the cluster exports it', async () => {
    const reading = await read(DAY);
    expect(reading.measures).toEqual([
      'node_share',
      'memory_requested',
      'cpu_requested',
      'gpu_requested',
      'memory_used',
      'cpu_used',
    ]);
    expect(lines(reading, 'gpu_requested')).toEqual([
      ['alice', '', 4 * 3600],
      ['dan', '', 2 * 6 * 3600],
      ['kim', '', 3600],
    ]);
    expect(lines(reading, 'cpu_requested')).toContainEqual(['fay', '', 2 * 3600]);
    expect(lines(reading, 'memory_used')).toEqual([['alice', '', 4 * 3600 * (GIB / 2)]]);
    // 235 minutes between the first sample and the last, and half a minute more, of half a core.
    expect(lines(reading, 'cpu_used')).toEqual([['alice', '', 235 * 30 + 15]]);
  });

  it('are not read of a day without instance types; then memory requests remain', async () => {
    const reading = await read(WITHOUT_TYPES);
    expect(reading).toMatchObject({ measures: ['memory_requested', 'cpu_requested'], capacity: [] });
    expect(lines(reading, 'memory_requested')).toEqual([['bob', '', 86_400 * GIB]]);
  });
});
