import { addDays, dayOf } from '#libs/domain';
import { startPrometheus, type EmbeddedPrometheus } from '#libs/embedded';
import { PrometheusInspector } from '#libs/prometheus';
import { judgeMemory } from '../../../apps/doctor/src/checks/memory.js';
import { judgePeople } from '../../../apps/doctor/src/checks/people.js';
import { every, openMetrics } from './open-metrics.js';

const NOW = new Date();
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000).toISOString().slice(0, 19);
/** Scraped for half an hour; each series is older than the five minutes for which a sample is current. */
const samples = every(30, minutesAgo(40), minutesAgo(7), 1);

const pod = (name: string) => ({ namespace: 'prod', pod: name, container: 'notebook', node: 'a', resource: 'memory' });

let prometheus: EmbeddedPrometheus;
let inspector: PrometheusInspector;
beforeAll(async () => {
  prometheus = await startPrometheus({
    history: [
      openMetrics([
        ...['jupyter-ann', 'jupyter-x'].map((name) => ({
          metric: 'kube_pod_container_resource_requests',
          labels: pod(name),
          samples,
        })),
        ...['jupyter-ann', 'jupyter-bob'].map((name) => ({
          metric: 'kube_pod_annotations',
          labels: { namespace: 'prod', pod: name, annotation_hub_jupyter_org_username: name.slice(8) },
          samples,
        })),
        { metric: 'dirsize_total_size_bytes', labels: { namespace: 'prod', directory: 'team-1' }, samples },
        {
          metric: 'jupyterhub_user_group_info',
          labels: { namespace: 'prod', usergroup: 'hydro', username: 'ann', username_escaped: 'ann' },
          samples,
        },
      ]),
    ],
  });
  inspector = new PrometheusInspector({
    url: prometheus.url,
    username: undefined,
    password: undefined,
    bearerToken: undefined,
    tenant: undefined,
  });
});
afterAll(() => prometheus?.stop());

describe('the doctor on a Prometheus that is minutes old', () => {
  it('sees its first day whatever the hour, and does not fail', async () => {
    const today = dayOf(NOW);
    const window = { from: addDays(today, -390), until: addDays(today, 1) };
    const firstDays = await inspector.fetchFirstDays(window, NOW);
    expect(Object.fromEntries(firstDays)).toEqual({ compute: today, 'home storage': today, memberships: today });
    expect(judgeMemory({ window, firstDays })).toMatchObject({
      status: 'warning',
      remedy: expect.stringMatching(/^if Prometheus is new, nothing/),
    });
  });

  it('names what matches nobody', async () => {
    const [pods, directories] = judgePeople(await inspector.fetchMetrics(NOW));
    expect(pods!.found).toBe(
      "1 of 3 (33%) of the last day's user pods bear a username and a request for memory: prod/jupyter-bob, prod/jupyter-x",
    );
    expect(directories!.found).toMatch(/own name: prod\/team-1$/);
  });
});
