import { DEFAULT_ATTRIBUTION, type UserUsage } from '#libs/domain';
import { startPrometheus, type EmbeddedPrometheus } from '#libs/embedded';
import { UsageReader } from '#libs/prometheus';
import { every, openMetrics, type Series } from './open-metrics.js';

/*
 * A history with samples half a minute off the minute, read at a resolution of a minute. A sample stays current for
 * five minutes (history from a file has no mark for a series that ended), so scrapes from 10:00:30 to 10:09:30 count at
 * 10:01, 10:02 … 10:14: 14 minutes.
 */
const GIB = 2 ** 30;
const MINUTE = 60n;
const bytes = (count: number) => BigInt(count);

function pod(
  {
    namespace = 'prod',
    name,
    user,
    instance = 'ksm-a',
  }: { namespace?: string; name: string; user: string; instance?: string },
  samples: Series['samples'],
): Series {
  return {
    metric: 'kube_pod_annotations',
    labels: { namespace, pod: name, annotation_hub_jupyter_org_username: user, instance, uid: `uid-${name}` },
    samples: samples.map(({ at }) => ({ at, value: 1 })),
  };
}

function requests(
  {
    namespace = 'prod',
    name,
    node = 'node-1',
    container = 'notebook',
    resource = 'memory',
    instance = 'ksm-a',
  }: Partial<Record<'namespace' | 'node' | 'container' | 'resource' | 'instance', string>> & { name: string },
  samples: Series['samples'],
): Series {
  return {
    metric: 'kube_pod_container_resource_requests',
    labels: { namespace, pod: name, container, node, resource, unit: 'byte', instance },
    samples,
  };
}

/** A pod of one container, known to one exporter. */
function plainPod(at: { namespace?: string; name: string; user: string }, samples: Series['samples']): Series[] {
  return [pod(at, samples), requests(at, samples)];
}

const once = (at: string, value: number) => every(60, at, at, value);
const minutes = (from: string, to: string, value: number) => every(60, from, to, value);

const compute: Series[] = [
  // The cluster itself, from noon on March 1 to the evening of March 4, with a gap of four hours.
  requests({ namespace: 'kube-system', name: 'coredns' }, minutes('2026-03-01T12:00:30', '2026-03-04T05:59:30', 1000)),
  requests({ namespace: 'kube-system', name: 'coredns' }, minutes('2026-03-04T10:00:30', '2026-03-04T23:50:30', 1000)),

  ...plainPod({ name: 'jupyter-alice', user: 'alice' }, minutes('2026-03-02T10:00:30', '2026-03-02T10:09:30', GIB)),
  ...plainPod({ name: 'jupyter-alice--two', user: 'alice' }, once('2026-03-02T15:00:30', GIB / 2)),
  ...plainPod({ namespace: 'prod-hub', name: 'jupyter-alice', user: 'alice' }, once('2026-03-02T16:00:30', GIB)),

  pod({ name: 'jupyter-bob', user: 'bob' }, minutes('2026-03-02T10:00:30', '2026-03-02T10:59:30', 1)),
  requests({ name: 'jupyter-bob', node: '' }, minutes('2026-03-02T10:00:30', '2026-03-02T10:59:30', 4 * GIB)),

  ...['ksm-a', 'ksm-b'].flatMap((instance) => [
    pod({ name: 'jupyter-carol', user: 'carol', instance }, minutes('2026-03-02T11:00:30', '2026-03-02T11:04:30', 1)),
    requests({ name: 'jupyter-carol', instance }, minutes('2026-03-02T11:00:30', '2026-03-02T11:04:30', 2 * GIB)),
  ]),

  // kube-state-metrics was restarted at 17:05: the same pod goes on as other series.
  ...['ksm-a', 'ksm-b'].flatMap((instance, index) => [
    pod(
      { name: 'jupyter-ida', user: 'ida', instance },
      minutes(`2026-03-02T17:0${5 * index}:30`, `2026-03-02T17:0${5 * index + 4}:30`, 1),
    ),
    requests(
      { name: 'jupyter-ida', instance },
      minutes(`2026-03-02T17:0${5 * index}:30`, `2026-03-02T17:0${5 * index + 4}:30`, GIB),
    ),
  ]),

  requests({ name: 'jupyter-dan' }, minutes('2026-03-02T12:00:30', '2026-03-02T12:19:30', GIB)),
  pod({ name: 'jupyter-dan', user: 'dan' }, minutes('2026-03-02T12:00:30', '2026-03-02T12:09:30', 1)),
  pod({ name: 'jupyter-dan', user: 'Dan D.' }, minutes('2026-03-02T12:10:30', '2026-03-02T12:19:30', 1)),

  pod({ name: 'jupyter-eve', user: 'eve' }, minutes('2026-03-02T13:00:30', '2026-03-02T13:09:30', 1)),
  requests({ name: 'jupyter-eve' }, minutes('2026-03-02T13:00:30', '2026-03-02T13:04:30', GIB)),
  requests({ name: 'jupyter-eve', node: 'node-2' }, minutes('2026-03-02T13:05:30', '2026-03-02T13:09:30', GIB)),

  pod({ name: 'jupyter-fay', user: 'fäy "o\' 100%' }, once('2026-03-02T14:00:30', 1)),
  requests({ name: 'jupyter-fay' }, once('2026-03-02T14:00:30', GIB)),
  requests({ name: 'jupyter-fay', container: 'sidecar' }, once('2026-03-02T14:00:30', GIB / 2)),
  requests({ name: 'jupyter-fay', resource: 'cpu' }, once('2026-03-02T14:00:30', 8)),

  ...plainPod({ name: 'jupyter-gus', user: 'gus' }, once('2026-03-04T00:00:00', GIB)),
  ...plainPod(
    { namespace: 'staging', name: 'jupyter-hal', user: 'hal' },
    minutes('2026-03-01T12:00:30', '2026-03-02T23:54:30', GIB),
  ),
];

function directory(name: string, from: string, size: number, instance = 'dirsize-a', namespace = 'prod'): Series {
  return {
    metric: 'dirsize_total_size_bytes',
    labels: { namespace, directory: name, instance },
    samples: every(3600, from, '2026-03-02T22:59:30', size),
  };
}

const homeStorage: Series[] = [
  directory('jane-40example-2eorg', '2026-03-01T23:59:30', 1000, 'dirsize-a'),
  directory('jane-40example-2eorg', '2026-03-01T23:59:30', 1000, 'dirsize-b'),
  directory('jane-example-org---3f2a1b4c', '2026-03-02T11:59:30', 500),
  directory('team-2024', '2026-03-01T23:59:30', 7),
  directory('shared-2dbob', '2026-03-01T23:59:30', 11),
  directory('_shared', '2026-03-01T23:59:30', 13),
  directory('empty', '2026-03-01T23:59:30', 0),
];

function group(
  username: string,
  usergroup: string,
  samples: Series['samples'],
  more: Record<string, string> = {},
): Series {
  const labels = { namespace: 'prod', usergroup, username, instance: 'groups-a', ...more };
  return { metric: 'jupyterhub_user_group_info', labels, samples };
}

const allDay = minutes('2026-03-01T23:59:30', '2026-03-02T23:54:30', 1);
const jane = { username_escaped: 'jane-40example-2eorg', username_safe: 'jane-example-org---3f2a1b4c' };

const groups: Series[] = [
  ...['geo', 'ocean', 'multiple'].map((usergroup) => group('jane@example.org', usergroup, allDay, jane)),
  ...['geo', 'ocean', 'multiple'].map((usergroup) =>
    group('jane@example.org', usergroup, allDay, { ...jane, instance: 'groups-b' }),
  ),
  // Seen once, in the morning: every later scrape met the exporter between clear and refill.
  group('team-2024', 'geo', once('2026-03-02T09:00:30', 1), { username_escaped: 'team-2d2024' }),
  group('lone', 'none', allDay, { username_escaped: 'lone' }),
  group('joins', 'none', minutes('2026-03-02T00:00:30', '2026-03-02T08:59:30', 1), { username_escaped: 'joins' }),
  group('joins', 'geo', minutes('2026-03-02T09:00:30', '2026-03-02T23:54:30', 1), { username_escaped: 'joins' }),
  group('shared-bob', 'multiple', allDay, { username_escaped: 'shared-2dbob' }),
];

/** A dataset that the day has one reading of. */
async function fetchOne(reader: UsageReader, day: string, dataset: string) {
  const readings = await reader.fetchReadings(day, dataset);
  expect(readings).toHaveLength(1);
  return readings[0]!;
}

describe('the usage of a day, as a real Prometheus answers', () => {
  let prometheus: EmbeddedPrometheus;
  let reader: UsageReader;

  beforeAll(async () => {
    prometheus = await startPrometheus({ history: [openMetrics([...compute, ...homeStorage, ...groups])] });
    reader = readerAt(60);
  });

  afterAll(async () => {
    await prometheus?.stop();
  });

  const readerAt = (resolutionSeconds: number) =>
    new UsageReader({
      config: {
        url: prometheus.url,
        username: undefined,
        password: undefined,
        bearerToken: undefined,
        tenant: undefined,
      },
      attribution: { ...DEFAULT_ATTRIBUTION, namespaceHubs: { 'prod-hub': 'prod' } },
      resolutionSeconds,
    });

  describe('compute', () => {
    it('is the memory requested, times the time for which it was, per hub and person', async () => {
      const row = (hub: string, username: string, byteSeconds: bigint) => ({
        hub,
        username,
        measure: 'memory_requested',
        instanceType: '',
        quantity: byteSeconds * 1000n,
      });
      expect(await fetchOne(reader, '2026-03-02', 'compute')).toEqual({
        day: '2026-03-02',
        dataset: 'compute',
        hub: '',
        measures: ['memory_requested', 'cpu_requested'],
        coverage: 1,
        capacity: [],
        rows: [
          // Renamed after ten of twenty scrapes: the pod's 24 minutes are halved.
          row('prod', 'Dan D.', 12n * MINUTE * bytes(GIB)),
          // 14 minutes; 5 minutes of half a GiB; 5 minutes in a second namespace of the same hub.
          row('prod', 'alice', (14n * MINUTE + 5n * MINUTE) * bytes(GIB) + 5n * MINUTE * bytes(GIB / 2)),
          // Known to two exporters, counted once: 11:01 to 11:09.
          row('prod', 'carol', 9n * MINUTE * bytes(2 * GIB)),
          row('prod', 'dan', 12n * MINUTE * bytes(GIB)),
          // Made anew on a second node under the same name: 13:01 to 13:14, no minute twice.
          row('prod', 'eve', 14n * MINUTE * bytes(GIB)),
          // Both containers, memory only.
          row('prod', 'fäy "o\' 100%', 5n * MINUTE * bytes(1.5 * GIB)),
          // 17:01 to 17:14, across a restart of the exporter.
          row('prod', 'ida', 14n * MINUTE * bytes(GIB)),
          // Bob's pod waited for a node. Hal's ran all day.
          row('staging', 'hal', 86_400n * bytes(GIB)),
          // Eight cores for five minutes; nothing else of what informs is exported.
          { ...row('prod', 'fäy "o\' 100%', 8n * 5n * MINUTE), measure: 'cpu_requested' },
        ],
      });
    });

    it('of a day that Prometheus was there for from noon counts from noon to the last minute', async () => {
      const { coverage, rows } = await fetchOne(reader, '2026-03-01', 'compute');
      expect(coverage).toBeCloseTo(719 / 1440, 12);
      expect(rows).toEqual([
        expect.objectContaining({ username: 'hal', quantity: 719n * MINUTE * bytes(GIB) * 1000n }),
      ]);
    });

    it('of a day without users is nothing, on full coverage', async () => {
      expect(await fetchOne(reader, '2026-03-03', 'compute')).toMatchObject({ coverage: 1, rows: [] });
    });

    it('counts a scrape at midnight on the day that begins', async () => {
      expect((await fetchOne(reader, '2026-03-03', 'compute')).rows).toEqual([]);
      const { rows } = await fetchOne(reader, '2026-03-04', 'compute');
      expect(rows).toEqual([expect.objectContaining({ username: 'gus' })]);
      // Prometheus 2 takes a sample of exactly five minutes ago as current, version 3 does not.
      expect([5n, 6n].map((count) => count * MINUTE * bytes(GIB) * 1000n)).toContain((rows[0] as UserUsage).quantity);
    });

    it('of a day with a gap says how much of it is known', async () => {
      // 00:00 to 06:04 and 10:01 to 23:55.
      expect((await fetchOne(reader, '2026-03-04', 'compute')).coverage).toBeCloseTo((365 + 835) / 1440, 12);
    });

    it('of a day before or after all samples is unknown', async () => {
      expect(await fetchOne(reader, '2026-02-27', 'compute')).toMatchObject({ coverage: 0, rows: [] });
      expect(await fetchOne(reader, '2026-03-06', 'compute')).toMatchObject({ coverage: 0, rows: [] });
    });

    it('at a coarser resolution counts in those steps', async () => {
      const { rows, coverage } = await fetchOne(readerAt(300), '2026-03-02', 'compute');
      expect(coverage).toBe(1);
      // 10:05 and 10:10, and 15:05 and 16:05 of the others: five minutes each.
      expect(rows).toContainEqual({
        hub: 'prod',
        username: 'alice',
        measure: 'memory_requested',
        instanceType: '',
        quantity: (3n * 300n * bytes(GIB) + 300n * bytes(GIB / 2)) * 1000n,
      });
    });
  });

  describe('home storage', () => {
    it('is the size of each directory, times the time for which it was there, at the person who owns it', async () => {
      const row = (username: string, byteSeconds: bigint) => ({
        hub: 'prod',
        username,
        measure: 'home_stored',
        instanceType: '',
        quantity: byteSeconds * 1000n,
      });
      expect(await fetchOne(reader, '2026-03-02', 'home storage')).toEqual({
        day: '2026-03-02',
        dataset: 'home storage',
        hub: 'prod',
        measures: ['home_stored'],
        // The last sample is of 22:59:30.
        coverage: 23 / 24,
        rows: [
          row('_shared', 13n * 86_400n),
          // 1,000 bytes all day, measured by two exporters; 500 bytes from noon on in the directory of the newer scheme.
          row('jane@example.org', 1000n * 86_400n + 500n * 43_200n),
          row('shared-bob', 11n * 86_400n),
          row('team-2024', 7n * 86_400n),
        ],
      });
    });

    it('of a day without the exporter is what was seen last, for three days', async () => {
      const team = async (day: string) => {
        const { coverage, rows } = await fetchOne(reader, day, 'home storage');
        const found = (rows as UserUsage[]).find(({ username }) => username === 'team-2024');
        return { coverage, byteSeconds: found && found.quantity / 1000n };
      };
      expect(await team('2026-03-03')).toEqual({ coverage: 0, byteSeconds: 7n * 86_400n });
      expect(await team('2026-03-04')).toEqual({ coverage: 0, byteSeconds: 7n * 86_400n });
      // The sample of March 2, 22:59:30, lasts until March 5, 22:59: the day is not known to its end.
      expect(await fetchOne(reader, '2026-03-05', 'home storage')).toMatchObject({ hub: '', coverage: 0, rows: [] });
      expect(await fetchOne(reader, '2026-03-06', 'home storage')).toMatchObject({ hub: '', coverage: 0, rows: [] });
    });
  });

  describe('memberships', () => {
    it('are the groups that were seen during the day, without the marks of the exporter', async () => {
      const { rows, coverage, dataset } = await fetchOne(reader, '2026-03-02', 'memberships');
      expect({ coverage, dataset }).toEqual({ coverage: 1, dataset: 'memberships' });
      const row = (username: string, usernameEscaped: string, usergroup: string | null) => ({
        hub: 'prod',
        username,
        usernameEscaped,
        usergroup,
      });
      expect(rows).toEqual([
        row('jane@example.org', 'jane-40example-2eorg', 'geo'),
        row('jane@example.org', 'jane-40example-2eorg', 'ocean'),
        row('joins', 'joins', 'geo'),
        row('lone', 'lone', null),
        // Nothing but the mark: an exporter that is told not to count people twice.
        row('shared-bob', 'shared-2dbob', 'multiple'),
        row('team-2024', 'team-2d2024', 'geo'),
      ]);
    });

    it('of a day without the exporter are unknown', async () => {
      expect(await fetchOne(reader, '2026-03-04', 'memberships')).toMatchObject({ coverage: 0, rows: [] });
    });
  });

  it('remembers the days that have any sample', async () => {
    expect(await reader.fetchRememberedDays({ from: '2026-02-20', until: '2026-03-10' })).toEqual([
      '2026-03-01',
      '2026-03-02',
      '2026-03-03',
      '2026-03-04',
      // Sizes of March 2 last until here.
      '2026-03-05',
    ]);
    expect(await reader.fetchRememberedDays({ from: '2026-03-10', until: '2026-03-10' })).toEqual([]);
  });

  it('counts what asking has cost', async () => {
    const fresh = readerAt(60);
    await fresh.fetchReadings('2026-03-02', 'compute');
    // Coverage, what is known of nodes, memory requests, and four measures that inform.
    expect(fresh.traffic.requests).toBe(7);
    expect(fresh.traffic.answerBytes).toBeGreaterThan(500);
    expect(fresh.traffic.waitedMs).toBeGreaterThan(0);
  });
});
