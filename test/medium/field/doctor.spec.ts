import { parseSyncConfig } from '#libs/config';
import { addDays, dayOf } from '#libs/domain';
import { startPrometheus, type EmbeddedPrometheus } from '#libs/embedded';
import { examineCluster } from '../../../apps/doctor/src/examinations/cluster.js';
import type { Finding } from '../../../apps/doctor/src/finding.js';
import { every, openMetrics, type Series } from '../prometheus/open-metrics.js';

/* What the doctor says before the first run, of a real Prometheus that was filled until now. */
const NOW = new Date();
const at = (minutesAgo: number) => new Date(NOW.getTime() - minutesAgo * 60_000).toISOString().slice(0, 19);
const scraped = (seconds: number, fromMinutesAgo: number, toMinutesAgo: number, value: number) =>
  every(seconds, at(fromMinutesAgo), at(toMinutesAgo), value);

function podOf(labels: Record<string, string>, seconds: number): Series[] {
  return [
    {
      metric: 'kube_pod_container_resource_requests',
      labels: { container: 'notebook', resource: 'memory', node: 'node-1', ...labels },
      samples: scraped(seconds, 240, 0, 100),
    },
    {
      metric: 'kube_pod_annotations',
      labels: { annotation_hub_jupyter_org_username: 'alice', ...labels },
      samples: scraped(seconds, 240, 0, 1),
    },
  ];
}

const home = (namespace: string, untilMinutesAgo: number): Series => ({
  metric: 'dirsize_total_size_bytes',
  labels: { namespace, directory: 'alice' },
  samples: scraped(600, 3000, untilMinutesAgo, 7),
});

let prometheus: EmbeddedPrometheus | undefined;
afterEach(() => prometheus?.stop());

async function examine(
  series: readonly Series[],
  variables: Record<string, string> = {},
): Promise<Map<string, Finding>> {
  prometheus = await startPrometheus({ history: [openMetrics(series)] });
  const config = parseSyncConfig({
    DATABASE_URL: 'postgres://nobody@127.0.0.1/none',
    CLUSTER_NAME: 'earth',
    PROMETHEUS_URL: prometheus.url,
    ...variables,
  });
  const today = dayOf(NOW);
  const window = { from: addDays(today, -3), until: addDays(today, 1) };
  const { findings } = await examineCluster(config, window, NOW);
  return new Map(findings.map((finding) => [finding.check, finding]));
}

describe('the doctor, before the first run', () => {
  const sound = podOf({ namespace: 'prod', pod: 'jupyter-alice', cluster: 'eu' }, 60);

  it('finds a plain cluster sound', async () => {
    const found = await examine([...sound, home('prod', 0)]);
    expect(found.get('clusters in Prometheus')).toMatchObject({ status: 'ok' });
    expect(found.get('scrape interval')).toMatchObject({
      status: 'ok',
      found: 'kube-state-metrics is scraped every 60 s',
    });
    expect(found.get('exporters of hubs')).toMatchObject({ status: 'ok' });
    expect(found.has('labels of pods')).toBe(false);
    expect(found.get('usernames of pods')).toMatchObject({ status: 'ok' });
    expect(found.get('pods that have ended')!.found).toContain('kube_pod_status_phase has no series');
  });

  it('finds several clusters, and one where a selector says which', async () => {
    const both = [...sound, ...podOf({ namespace: 'prod', pod: 'jupyter-zoe', cluster: 'us' }, 60)];
    expect((await examine(both)).get('clusters in Prometheus')).toMatchObject({
      status: 'failure',
      remedy: 'set PROMETHEUS_SELECTOR: what selects this cluster, such as cluster="<its value>"',
    });
    await prometheus!.stop();
    const found = await examine(both, { PROMETHEUS_SELECTOR: 'cluster="eu"' });
    expect(found.get('clusters in Prometheus')).toMatchObject({ status: 'ok', found: 'one, selected by cluster="eu"' });
    expect(found.get('usernames of pods')!.found).toMatch(/^1 pods/);
  });

  it('finds renamed labels, rare scrapes, and a pod that has ended', async () => {
    const renamed = { namespace: 'support', pod: 'ksm', exported_namespace: 'prod', exported_pod: 'jupyter-alice' };
    const ended: Series = {
      metric: 'kube_pod_status_phase',
      labels: { ...renamed, phase: 'Failed' },
      samples: scraped(240, 240, 0, 1),
    };
    const found = await examine([...podOf(renamed, 240), ended]);
    expect(found.get('labels of pods')).toMatchObject({
      status: 'warning',
      remedy: expect.stringMatching(/honor_labels: true/),
    });
    expect(found.get('scrape interval')).toMatchObject({
      status: 'warning',
      found: expect.stringMatching(/every 240 s/),
    });
    expect(found.get('pods that have ended')).toMatchObject({
      status: 'warning',
      found: expect.stringMatching(/^1 Succeeded or Failed/),
    });
    // It offers no mapping of namespace support: the pods are prod's.
    expect(JSON.stringify([...found])).not.toMatch(/namespaceHubs/);
  });

  it('finds the exporter of one hub that is away', async () => {
    const found = await examine([...sound, home('prod', 180), home('staging', 0)]);
    expect(found.has('exporter of staging')).toBe(false);
    expect(found.get('exporter of prod')).toMatchObject({
      status: 'warning',
      found: expect.stringMatching(
        /^home storage of hub prod: no sample since the hour before \d{4}-\d\d-\d\dT\d\d:00 UTC$/,
      ),
    });
  });
});
