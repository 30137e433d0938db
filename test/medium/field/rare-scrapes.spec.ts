import { D0, FieldCluster } from './field-cluster.js';
import { GIB, node, phase, pod, type Labels } from './field-series.js';
import { every, type Series } from '../prometheus/open-metrics.js';

/* Metrics of one cluster that are scraped at different intervals. Each right value is worked out by hand. */
let cluster: FieldCluster;
afterEach(() => cluster?.stop());

const costs = [['prod', 'compute', '100']] as const;
const WHOLE = { day: D0, from: '00:00:00', to: '23:59:00' };
const on = (name: string, more: Labels = {}): Labels => ({ node: name, ...more });

/** The samples of every tenth minute alone, of these metrics or of all. */
const rarely = (series: readonly Series[], ...metrics: readonly string[]): Series[] =>
  series.map((one) => {
    if (metrics.length > 0 && !metrics.includes(one.metric)) return one;
    return { ...one, samples: one.samples.filter(({ at }) => at.slice(15, 16) === '0') };
  });

const wholeNode = (name: string, more: Labels = {}) => node(name, `${D0}T00:00:00`, `${D0}T23:59:00`, more);
const read = async (series: readonly Series[]) => {
  cluster = await FieldCluster.start(series, { costs });
  expect(await cluster.readUsage()).toMatchObject({ status: 'succeeded' });
};
const compute = async () => {
  const [row] = await cluster.stored.query<{ method: string; coverage: string }>(
    `SELECT method, coverage FROM usage_days WHERE dataset = 'compute'`,
  );
  return { method: row!.method, coverage: Number(row!.coverage) };
};
const hours = (table: string, more = '') =>
  cluster.stored
    .query<{ hours: string }>(`SELECT round(sum(quantity) / 3600, 1) AS hours FROM ${table} ${more}`)
    .then(([row]) => Number(row!.hours));
const capacityHours = () => hours(`(SELECT node_seconds AS quantity FROM node_capacity) AS capacity`);
const shareHours = (user: string, type = 'r5.xlarge') =>
  hours('user_usage', `WHERE measure = 'node_share' AND username = '${user}' AND instance_type = '${type}'`);

describe('phases that are scraped every ten minutes', () => {
  const evicted = (again: readonly Series[]) => [
    ...pod('prod', 'alice', 8, { day: D0 }),
    ...pod('prod', 'eve', 8, { day: D0, to: '23:59:00' }),
    ...rarely([
      phase('prod', 'eve', 'Running', D0, '09:00:00', '10:00:00'),
      phase('prod', 'eve', 'Failed', D0, '10:00:00', '24:00:00'),
    ]),
    ...again,
  ];

  it('end a pod for all the time between them', async () => {
    await read(evicted([]));
    // One hour of nine.
    expect(await cluster.costsPerUser(D0)).toEqual({
      'prod/alice': expect.closeTo(88.9, 0),
      'prod/eve': expect.closeTo(11.1, 0),
    });
  });

  it('do not end the next pod of that name', async () => {
    const next = { uid: 'uid-next' };
    const running = phase('prod', 'eve', 'Failed', D0, '24:00:00', '24:00:00');
    const times = { day: D0, from: '11:00:00', to: '11:55:00' };
    await read(
      evicted([
        ...pod('prod', 'eve', 8, times, next),
        ...rarely([{ ...running, labels: { ...running.labels, ...next } }]),
      ]),
    );
    // Two hours of ten.
    expect((await cluster.costsPerUser(D0))['prod/eve']).toBeCloseTo(20, 0);
  });
});

describe('what nodes have, scraped every ten minutes', () => {
  it('gives a whole day of capacity, and of shares', async () => {
    await read([...pod('prod', 'alice', 16, WHOLE, on('n1')), ...rarely([...wholeNode('n1'), ...wholeNode('n2')])]);
    expect([await capacityHours(), await shareHours('alice')]).toEqual([48, 12]);
    expect(await compute()).toEqual({ method: 'node_share memory_requested', coverage: 1 });
  });

  it('ends the pods of a node that is gone, and no others', async () => {
    await read([
      ...pod('prod', 'alice', 16, WHOLE, on('n1')),
      ...pod('prod', 'eve', 16, WHOLE, on('n2')),
      ...rarely([...wholeNode('n1'), ...node('n2', `${D0}T00:00:00`, `${D0}T09:50:00`)]),
    ]);
    expect(await shareHours('alice')).toBe(12);
    // Gone between 09:50 and 10:00, which is known 12 minutes after the last scrape.
    expect(await shareHours('eve')).toBeCloseTo(5, 0);
  });

  it('and oftener than pods, ends those of a node that is gone', async () => {
    await read([
      ...rarely([
        ...pod('prod', 'alice', 16, { day: D0 }, on('n1')),
        ...pod('prod', 'eve', 16, { ...WHOLE, from: '08:00:00' }, on('n2')),
      ]),
      ...wholeNode('n1'),
      ...node('n2', `${D0}T00:00:00`, `${D0}T11:55:00`),
    ]);
    expect(await shareHours('eve')).toBeCloseTo(2, 0);
  });

  it('and usernames too, tell a node that came back with another type', async () => {
    const n1 = (from: string, to: string, type: string) =>
      node('n1', `${D0}T${from}`, `${D0}T${to}`, { label_node_kubernetes_io_instance_type: type });
    await read(
      rarely(
        [
          ...pod('prod', 'alice', 16, WHOLE, on('n1')),
          ...n1('00:00:00', '11:59:00', 'r5.xlarge'),
          ...n1('12:00:00', '23:59:00', 'm5.xlarge'),
        ],
        'kube_pod_annotations',
        'kube_node_labels',
      ),
    );
    expect([await shareHours('alice'), await shareHours('alice', 'm5.xlarge')]).toEqual([6, 6]);
  });
});

it('a cluster that is scraped every ten minutes is covered, and its pods hold what they ask for', async () => {
  const shard = (ordinal: number): Series[] => [
    { metric: 'kube_state_metrics_shard_ordinal', labels: { shard_ordinal: String(ordinal) }, samples: [] },
    { metric: 'kube_state_metrics_total_shards', labels: { instance: String(ordinal) }, samples: [] },
  ];
  const shards = [0, 1].flatMap(shard).map((one) => ({
    ...one,
    samples: every(60, `${D0}T00:00:00`, `${D0}T23:59:00`, 2),
  }));
  await read(
    rarely([
      ...pod('prod', 'alice', 8, WHOLE, on('n1')),
      ...pod('prod', 'bob', 24, { day: D0, from: '12:00:00', to: '23:59:00' }, on('n1')),
      ...wholeNode('n1'),
      ...shards,
    ]),
  );
  expect(await compute()).toEqual({ method: 'node_share memory_requested', coverage: 1 });
  // A quarter of 24 hours, three quarters of 12.
  expect([await capacityHours(), await shareHours('alice'), await shareHours('bob')]).toEqual([24, 6, 9]);
});

describe('a sidecar', () => {
  const init = (user: string, container: string, restart_policy: string, gib: number): Series[] => {
    const of = { namespace: 'prod', pod: `jupyter-${user}`, uid: `uid-prod-${user}`, container };
    const samples = (value: number) => every(60, `${D0}T09:00:00`, `${D0}T16:55:00`, value);
    return [
      { metric: 'kube_pod_init_container_info', labels: { ...of, restart_policy }, samples: samples(1) },
      {
        metric: 'kube_pod_init_container_resource_requests',
        labels: { ...of, node: 'n1', resource: 'memory', unit: 'byte' },
        samples: samples(gib * GIB),
      },
    ];
  };
  const pods = [
    ...pod('prod', 'alice', 12, { day: D0 }, on('n1')),
    ...pod('prod', 'kim', 4, { day: D0 }, on('n1')),
    ...init('kim', 'proxy', 'Always', 8),
    ...init('kim', 'copy', '', 16),
  ];

  it.each([
    ['memory requests', pods],
    ['shares of nodes', [...pods, ...wholeNode('n1')]],
  ])('holds what it asks for beside its pod, by %s; an init container that ends does not', async (_by, series) => {
    await read(series);
    expect(await cluster.costsPerUser(D0)).toEqual({ 'prod/alice': 50, 'prod/kim': 50 });
  });
});
