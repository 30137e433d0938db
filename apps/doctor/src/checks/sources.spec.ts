import { DEFAULT_ATTRIBUTION } from '#libs/domain';
import type { ClusterMetrics } from '#libs/prometheus';
import { judgeSources } from './sources.js';

const judge = (change: Partial<ClusterMetrics>, selector = '') => {
  const attribution = { ...DEFAULT_ATTRIBUTION, namespaceHubs: { 'prod-hub': 'prod' } };
  const healthy = { clusterLabels: [], scrapeSeconds: 60, awayExporters: [] };
  return judgeSources(attribution, { ...healthy, ...change } as unknown as ClusterMetrics, selector);
};
const complaints = (...args: Parameters<typeof judge>) => judge(...args).filter(({ status }) => status !== 'ok');

describe('the sources of usage', () => {
  it('are fine: one cluster, scraped each minute, every exporter there', () => {
    expect(judge({}).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
  });

  it('of several clusters need a selector, and a better one where it selects several', () => {
    expect(complaints({ clusterLabels: ['cluster'] })).toMatchObject([
      {
        status: 'failure',
        remedy: 'set PROMETHEUS_SELECTOR: what selects this cluster, such as cluster="<its value>"',
      },
    ]);
    expect(complaints({ clusterLabels: ['cluster_id'] }, 'region="eu"')).toMatchObject([
      { status: 'warning', found: expect.stringContaining('region="eu" selects more than one') },
    ]);
  });

  it('of several clusters that no label tells apart need one too', () => {
    expect(complaints({ clusterLabels: ['kube-system'] })).toMatchObject([
      {
        status: 'failure',
        found: 'there are several namespaces kube-system: other clusters are stored here too; the sync refuses them',
        remedy: expect.stringMatching(/^set PROMETHEUS_SELECTOR.*cluster="<its value>"$/),
      },
    ]);
  });

  it('are to be scraped every two minutes or more often', () => {
    expect(complaints({ scrapeSeconds: 120 })).toEqual([]);
    expect(complaints({ scrapeSeconds: 300 })).toMatchObject([
      { status: 'warning', found: expect.stringContaining('every 300 s') },
    ]);
    expect(complaints({ scrapeSeconds: undefined })).toMatchObject([{ status: 'skipped' }]);
  });

  it('name hub, dataset and time of an exporter that is away', () => {
    const lastSeen = new Date('2026-10-05T14:00:00Z');
    expect(complaints({ awayExporters: [{ dataset: 'home storage', namespace: 'prod-hub', lastSeen }] })).toMatchObject(
      [
        {
          check: 'exporter of prod',
          found: 'home storage of hub prod: no sample since the hour before 2026-10-05T14:00 UTC',
          remedy: expect.stringContaining('prometheus-dirsize-exporter in namespace prod-hub'),
        },
      ],
    );
  });
});
