import { D0, D1, D2, FieldCluster } from './field-cluster.js';
import { every, type Series } from '../prometheus/open-metrics.js';
import { allocatable, node, phase, pod } from './field-series.js';

/* Real Prometheus, real Postgres, figures by REST. Each right value is worked out by hand. */
let cluster: FieldCluster;
afterEach(() => cluster?.stop());

const costs = [['prod', 'compute', '100']] as const;
const on = (name: string) => ({ node: name });

/** Of a day: who was read with which measure, and how much of the day is covered. */
const compute = () =>
  cluster.stored.query(`SELECT method, coverage FROM usage_days WHERE dataset = 'compute' ORDER BY day`);

describe('a pod that stays when its node is gone', () => {
  it('holds nothing from then on, by shares of nodes and by requests', async () => {
    cluster = await FieldCluster.start(
      [
        ...pod('prod', 'alice', 8, { day: D0 }, on('n1')),
        ...node('n1', `${D0}T00:00:00`, `${D0}T23:59:00`),
        // Its node is gone at 10:00; nobody confirms the pod's end.
        ...pod('prod', 'eve', 8, { day: D0, to: '23:59:00' }, on('n2')),
        ...node('n2', `${D0}T08:00:00`, `${D0}T09:54:00`),
      ],
      { costs },
    );
    expect(await cluster.readUsage()).toMatchObject({ status: 'succeeded' });
    const { 'prod/alice': alice, 'prod/eve': eve } = await cluster.costsPerUser(D0);
    expect(eve! / alice!).toBeCloseTo(1 / 8, 2);
    expect(alice! + eve!).toBeCloseTo(100, 2);
    const rows = await cluster.stored.query<{ username: string; hours: string }>(
      `SELECT username, round(quantity / (8 * 1024 ^ 3 * 3600)::numeric) AS hours FROM user_usage
       WHERE measure = 'memory_requested' ORDER BY username`,
    );
    expect(rows).toEqual([
      { username: 'alice', hours: '8' },
      { username: 'eve', hours: '1' },
    ]);
  });

  it('holds nothing on the days after, and takes their shares of nodes from nobody', async () => {
    cluster = await FieldCluster.start(
      [
        ...pod('prod', 'alice', 8, { day: D1 }, on('n1')),
        ...pod('prod', 'bob', 4, { day: D1 }, on('n1')),
        ...node('n1', `${D0}T00:00:00`, `${D1}T23:59:00`),
        ...pod('prod', 'eve', 8, { day: D1, from: '00:00:00', to: '23:59:00' }, on('n2')),
        ...node('n2', `${D0}T08:00:00`, `${D0}T09:54:00`),
      ],
      { days: [D1], costs },
    );
    await cluster.readUsage();
    expect(await cluster.costsPerUser(D1)).toEqual({ 'prod/alice': 66.67, 'prod/bob': 33.33 });
    expect(await compute()).toEqual([{ method: 'node_share memory_requested', coverage: '1.0000' }]);
  });

  it('is told from a cluster that does not export what nodes have: there requests count', async () => {
    cluster = await FieldCluster.start(
      [...pod('prod', 'alice', 8, { day: D0 }, on('n1')), ...pod('prod', 'bob', 2, { day: D0 }, on('n2'))],
      { costs },
    );
    await cluster.readUsage();
    expect(await cluster.costsPerUser(D0)).toEqual({ 'prod/alice': 80, 'prod/bob': 20 });
  });
});

describe('a node without an instance type', () => {
  const short = Array.from({ length: 120 }, (_, index) =>
    pod('prod', `u${index}`, 0.01, { day: D0, from: '09:00:00', to: '09:01:00' }, on('n1')),
  ).flat();

  it('with one long pod among a hundred short ones has memory requests divide the day', async () => {
    cluster = await FieldCluster.start(
      [
        ...short,
        ...pod('prod', 'alice', 8, { day: D0 }, on('n1')),
        ...node('n1', `${D0}T00:00:00`, `${D0}T23:59:00`),
        ...pod('prod', 'fay', 8, { day: D0 }, on('fargate')),
        allocatable('fargate', `${D0}T00:00:00`, `${D0}T23:59:00`),
      ],
      { costs },
    );
    await cluster.readUsage();
    const { 'prod/alice': alice, 'prod/fay': fay } = await cluster.costsPerUser(D0);
    expect(fay).toBe(alice);
    expect(await compute()).toEqual([{ method: 'memory_requested', coverage: expect.anything() }]);
  });
});

describe('kube-state-metrics in shards', () => {
  it('of which one is away for half a day covers the other half', async () => {
    const shard = (ordinal: string, to: string): Series[] =>
      [
        ['kube_state_metrics_shard_ordinal', Number(ordinal), { shard_ordinal: ordinal }] as const,
        ['kube_state_metrics_total_shards', 2, {}] as const,
      ].map(([metric, value, labels]) => ({
        metric,
        labels: { instance: `ksm-${ordinal}`, ...labels },
        samples: every(60, `${D0}T00:00:00`, `${D0}T${to}`, value),
      }));
    const whole = { day: D0, from: '00:00:00', to: '23:59:00' };
    cluster = await FieldCluster.start(
      [
        ...shard('0', '23:59:00'),
        ...shard('1', '11:54:00'),
        ...pod('prod', 'alice', 8, whole),
        ...pod('prod', 'bob', 8, { ...whole, to: '11:54:00' }),
      ],
      { costs },
    );
    await cluster.readUsage();
    const [row] = (await compute()) as { coverage: string }[];
    expect(Number(row!.coverage)).toBeCloseTo(0.5, 2);
  });

  const phases = (instance: string, names: readonly string[], to = '23:59:00') =>
    names.flatMap((name) =>
      [phase('prod', name, 'Running', D0, '00:00:00', '24:00:00')].map((one) => ({
        ...one,
        labels: { ...one.labels, instance },
        samples: one.samples.filter(({ at }) => at.slice(11, 19) <= to),
      })),
    );
  const whole = { day: D0, from: '00:00:00', to: '23:59:00' };
  const coverage = async () => Number(((await compute())[0] as { coverage: string }).coverage);

  it('whose telemetry nobody scrapes is known by exporters that tell of different pods', async () => {
    cluster = await FieldCluster.start(
      [
        ...pod('prod', 'alice', 8, whole, { instance: 'a' }),
        ...pod('prod', 'bob', 8, { ...whole, to: '11:54:00' }, { instance: 'b' }),
        ...phases('a', ['alice']),
        ...phases('b', ['bob'], '11:54:00'),
      ],
      { costs },
    );
    await cluster.readUsage();
    expect(await coverage()).toBeCloseTo(0.5, 2);
  });

  it('is told from replicas, and from one that was started anew', async () => {
    cluster = await FieldCluster.start(
      [
        ...pod('prod', 'alice', 8, whole, { instance: 'a' }),
        ...phases('a', ['alice', 'bob']),
        ...phases('b', ['alice', 'bob'], '11:54:00'),
      ],
      { costs },
    );
    await cluster.readUsage();
    expect(await coverage()).toBe(1);
  });
});

describe('a core node of which one of two kube-state-metrics does not export the label', () => {
  it('is no capacity of compute', async () => {
    const times = [`${D0}T00:00:00`, `${D0}T23:59:00`] as const;
    const core = { label_hub_jupyter_org_node_purpose: 'core', instance: 'a' };
    cluster = await FieldCluster.start(
      [
        ...pod('prod', 'alice', 8, { day: D0 }, on('n1')),
        ...node('n1', ...times),
        ...node('core-1', ...times, core),
        ...node('core-1', ...times, { instance: 'b' }),
      ],
      { costs },
    );
    await cluster.readUsage();
    expect(await cluster.stored.query(`SELECT node_seconds::int FROM node_capacity`)).toEqual([
      { node_seconds: 86_400 },
    ]);
  });
});

describe('kube-state-metrics without its annotations', () => {
  it('for a part of the day leaves that part unknown: it is not covered', async () => {
    const [, unnamed] = pod('prod', 'bob', 8, { day: D1, from: '12:00:00', to: '23:59:00' }, on('n1'));
    cluster = await FieldCluster.start(
      [
        ...pod('prod', 'alice', 8, { day: D0, from: '00:00:00', to: '23:59:00' }, on('n1')),
        ...pod('prod', 'alice', 8, { day: D1, from: '00:00:00', to: '11:59:00' }, on('n1')),
        unnamed!,
        // Nobody's, and no user's by their names.
        ...['dns-1', 'jupyter-hub-5d4f9b7c6-x2x8q'].flatMap((name) =>
          pod('hub', name, 1, { day: D2, from: '00:00:00', to: '23:59:00' }, { ...on('n1'), pod: name }).slice(1),
        ),
        ...node('n1', `${D0}T00:00:00`, `${D2}T23:59:00`),
      ],
      { days: [D0, D1, D2], costs },
    );
    await cluster.readUsage();
    const covered = (await compute()).map((row) => Number((row as { coverage: string }).coverage));
    expect(covered).toEqual([1, expect.closeTo(0.5, 2), 1]);
  });
});
