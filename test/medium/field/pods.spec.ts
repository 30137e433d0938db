import { COSTS, D0, FieldCluster } from './field-cluster.js';
import { pod, phase, type Labels } from './field-series.js';
import { every, type Series } from '../prometheus/open-metrics.js';

/* Real Prometheus, real Postgres, figures by REST. Each right value is worked out by hand. */
let cluster: FieldCluster | undefined;
afterEach(() => cluster?.stop());

const start = async (...args: Parameters<typeof FieldCluster.start>) => (cluster = await FieldCluster.start(...args));
const day = { day: D0 };

describe('a scrape without honor_labels', () => {
  /** The labels of kube-state-metrics' own pod, the exporter's beside them. */
  const renamed = (hub: string, user: string, more: Labels = {}): Labels => ({
    namespace: 'support',
    pod: 'kube-state-metrics-0',
    container: 'kube-state-metrics',
    instance: '10.0.0.1:8080',
    job: 'kubernetes-pods',
    exported_namespace: hub,
    exported_pod: `jupyter-${user}`,
    exported_container: 'notebook',
    ...more,
  });

  it('gives the same figures as one with it', async () => {
    const { readUsage, costsPerUser } = bound(
      await start([
        ...pod('prod', 'alice', 8, day, renamed('prod', 'alice')),
        ...pod('prod', 'bob', 2, day, renamed('prod', 'bob')),
        ...pod('staging', 'sam', 32, day, renamed('staging', 'sam')),
      ]),
    );
    expect(await readUsage()).toMatchObject({ status: 'succeeded' });
    // prod 30: 24 and 6; staging 10; untagged 60 by 8, 2 and 32 of 42.
    expect(await costsPerUser(D0)).toEqual({ 'prod/alice': 35.43, 'prod/bob': 8.86, 'staging/sam': 55.71 });
  });

  it('leaves out a pod that waits for a node, whose node seems to be that of kube-state-metrics', async () => {
    const on = (hub: string, user: string, node: Labels) => renamed(hub, user, { node: 'node-ksm', ...node });
    const { readUsage, costsPerUser } = bound(
      await start([
        ...pod('prod', 'alice', 8, day, on('prod', 'alice', { exported_node: 'node-1' })),
        ...pod('prod', 'eve', 100, day, on('prod', 'eve', {})),
        ...pod('staging', 'sam', 8, day, on('staging', 'sam', { exported_node: 'node-2' })),
      ]),
    );
    await readUsage();
    expect(await costsPerUser(D0)).toEqual({ 'prod/alice': 60, 'staging/sam': 40 });
  });

  it('beside one with it counts each pod once', async () => {
    const { readUsage, costsPerUser } = bound(
      await start([
        ...pod('prod', 'alice', 8, day),
        ...pod('prod', 'alice', 8, day, renamed('prod', 'alice')),
        ...pod('staging', 'sam', 8, day),
      ]),
    );
    await readUsage();
    expect(await costsPerUser(D0)).toEqual({ 'prod/alice': 60, 'staging/sam': 40 });
  });
});

describe('a pod that has ended', () => {
  it.each(['Failed', 'Succeeded'])('%s holds nothing from then on', async (ended) => {
    const { readUsage, costsPerUser } = bound(
      await start([
        ...pod('prod', 'alice', 8, day),
        phase('prod', 'alice', 'Running', D0, '09:00:00', '17:00:00'),
        ...pod('prod', 'eve', 8, { day: D0, to: '23:59:00' }),
        phase('prod', 'eve', 'Running', D0, '09:00:00', '10:00:00'),
        phase('prod', 'eve', ended, D0, '10:00:00', '24:00:00'),
        ...pod('staging', 'sam', 8, { day: D0, from: '09:00:00', to: '09:00:00' }),
      ]),
    );
    await readUsage();
    const { 'prod/alice': alice, 'prod/eve': eve } = await costsPerUser(D0);
    // Sam takes 10 and next to nothing of the untagged 60; eve one hour of nine.
    expect(eve! / alice!).toBeCloseTo(1 / 8, 2);
    expect(alice! + eve!).toBeCloseTo(30 + 60 * (9 / 9.1), 0);
  });
});

describe('a Prometheus of several clusters', () => {
  const of = (cluster_: string): Labels => ({ cluster: cluster_, instance: `ksm-${cluster_}` });
  const both = [
    ...pod('prod', 'alice', 8, day, of('eu')),
    ...pod('staging', 'sam', 8, day, of('eu')),
    ...pod('prod', 'zoe', 24, day, of('us')),
    ...pod('prod', 'alice', 4, day, of('us')),
    ...pod('research', 'rita', 64, day, of('us')),
  ];

  it('is refused, with what to set, and nothing of it is stored', async () => {
    const { readUsage, costsPerUser, stored } = bound(await start(both));
    const { status, error } = await readUsage();
    expect({ status, error }).toEqual({
      status: 'failed',
      error: expect.stringMatching(/2 different values of the label cluster .*set PROMETHEUS_SELECTOR .*cluster="/),
    });
    expect(error).not.toMatch(/"eu"|"us"|zoe|rita|research/);
    expect(await costsPerUser(D0)).toEqual({});
    expect(await stored.query(`SELECT username FROM user_usage UNION SELECT username FROM group_memberships`)).toEqual(
      [],
    );
  });

  it.each<Labels>([{}, { namespace: 'kube-system', exported_namespace: 'kube-system' }])(
    'is known without any such label by its namespaces kube-system, %j',
    async (labels) => {
      const told = (value: string, made: number): Series => ({
        metric: 'kube_namespace_created',
        labels: { namespace: 'kube-system', env: value, instance: `ksm-${value}`, ...labels },
        samples: every(60, `${D0}T00:00:00`, `${D0}T23:59:00`, made),
      });
      const series = both.map((one) => {
        const { cluster: value, ...rest } = one.labels as Record<string, string>;
        return { ...one, labels: { ...rest, env: value! } };
      });
      const { readUsage } = bound(await start([...series, told('eu', 1_600_000_000), told('us', 1_700_000_000)]));
      expect(await readUsage()).toMatchObject({
        status: 'failed',
        error: expect.stringMatching(/2 namespaces kube-system .*set PROMETHEUS_SELECTOR/),
      });
      expect(await readUsage({ PROMETHEUS_SELECTOR: 'env="eu"' })).toMatchObject({ status: 'succeeded' });
    },
  );

  it('is one where two kube-state-metrics, of which one renames labels, tell of one cluster', async () => {
    const told = (namespace: string, made: number, labels: Labels): Series => ({
      metric: 'kube_namespace_created',
      labels: { namespace, ...labels },
      samples: every(60, `${D0}T00:00:00`, `${D0}T23:59:00`, made),
    });
    const renamed = (name: string): Labels => ({ namespace: 'kube-system', exported_namespace: name, instance: 'b' });
    const { readUsage } = bound(
      await start([
        ...pod('prod', 'alice', 8, day),
        told('kube-system', 1_600_000_000, { instance: 'a' }),
        told('kube-system', 1_600_000_000, renamed('kube-system')),
        told('kube-system', 1_700_000_000, renamed('prod')),
      ]),
    );
    expect(await readUsage()).toMatchObject({ status: 'succeeded' });
  });

  it('is read with a selector, ours alone', async () => {
    const { readUsage, costsPerUser } = bound(await start(both));
    expect(await readUsage({ PROMETHEUS_SELECTOR: 'cluster="eu"' })).toMatchObject({ status: 'succeeded' });
    expect(await costsPerUser(D0)).toEqual({ 'prod/alice': 60, 'staging/sam': 40 });
  });

  it.each(['k8s_cluster', 'cluster_id'])('is known by the label %s too', async (label) => {
    const renamed = both.map((one) => {
      const { cluster: value, ...labels } = one.labels as Record<string, string>;
      return { ...one, labels: { ...labels, [label]: value! } };
    });
    const { readUsage } = bound(await start(renamed, { costs: COSTS }));
    expect(await readUsage()).toMatchObject({
      status: 'failed',
      error: expect.stringContaining(`values of the label ${label} at once`),
    });
  });
});

function bound(field: FieldCluster) {
  return {
    stored: field.stored,
    readUsage: field.readUsage.bind(field),
    costsPerUser: field.costsPerUser.bind(field),
  };
}
