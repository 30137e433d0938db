import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPrometheus } from '#libs/embedded';
import {
  coverage,
  memoryRequested,
  homeStored,
  memberships,
  POD_SOURCE,
  settingsOf,
  type NamedQuery,
} from '#libs/prometheus';

/*
 * promtool's own test runner knows the mark of a series that ended, which a history from a file cannot carry. Its day
 * is 1970-01-01, its series are written as `<start>+<step>x<times>`, `_` is a missed scrape, `stale` the mark.
 */
const at = (resolutionSeconds: number) => settingsOf(NO_CONFIG, resolutionSeconds);
const NO_CONFIG = { url: '', username: undefined, password: undefined, bearerToken: undefined, tenant: undefined };
const DAY_END = '23h59m59s999ms';

interface Expected {
  readonly labels: string;
  readonly value: number;
}

async function check(
  interval: string,
  series: Record<string, string>,
  query: NamedQuery,
  expected: Expected[],
): Promise<void> {
  const binaries = await findPrometheus();
  if ('unavailable' in binaries) throw new Error(binaries.unavailable);
  const folder = await mkdtemp(join(tmpdir(), 'compute-query-'));
  const file = join(folder, 'test.json');
  const input_series = Object.entries(series).map(([name, values]) => ({ series: name, values }));
  const promql_expr_test = [{ expr: query.promql, eval_time: DAY_END, exp_samples: expected }];
  await writeFile(
    file,
    JSON.stringify({ evaluation_interval: '1m', tests: [{ interval, input_series, promql_expr_test }] }),
  );
  try {
    await promisify(execFile)(binaries.promtool, ['test', 'rules', file]);
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(stdout + stderr, { cause: error });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const requests = (pod: string, more = '') =>
  `kube_pod_container_resource_requests{resource="memory",namespace="prod",pod="${pod}",container="notebook",node="n"${more}}`;
const annotation = (pod: string, user: string, more = '') =>
  `kube_pod_annotations{namespace="prod",pod="${pod}",annotation_hub_jupyter_org_username="${user}"${more}}`;
const of = (user: string, value: number): Expected => ({
  labels: `{annotation_hub_jupyter_org_username="${user}", namespace="prod"}`,
  value,
});

describe('compute, where series end with a mark', () => {
  it('is counted to the scrape and no further', () =>
    // Scraped at minutes 600 to 609: ten minutes of 100 bytes.
    check(
      '1m',
      { [requests('p')]: '_x599 100x9 stale', [annotation('p', 'alice')]: '_x599 1x9 stale' },
      memoryRequested(at(60)),
      [of('alice', 10 * 60 * 100)],
    ));

  it('of a pod whose annotation changes is counted once', () =>
    check(
      '1m',
      {
        [requests('p')]: '_x599 100x19 stale',
        [annotation('p', 'alice')]: '_x599 1x9 stale',
        [annotation('p', 'bob')]: '_x609 1x9 stale',
      },
      memoryRequested(at(60)),
      [of('alice', 10 * 60 * 100), of('bob', 10 * 60 * 100)],
    ));

  it('of a pod with two annotations scraped at the same instants is counted once', () =>
    check(
      '1m',
      {
        [requests('p')]: '100x1440',
        [annotation('p', 'alice', ',instance="a"')]: '1x1440',
        [annotation('p', 'alice', ',instance="b"')]: '1x1440',
      },
      memoryRequested(at(60)),
      [of('alice', 86_400 * 100)],
    ));

  it('of a pod that is one minute there is that minute, where five-minute steps would miss it', async () => {
    const series = { [requests('p')]: '_x601 100 stale', [annotation('p', 'alice')]: '_x601 1 stale' };
    await check('1m', series, memoryRequested(at(60)), [of('alice', 60 * 100)]);
    await check('1m', series, memoryRequested(at(300)), []);
  });

  it('of one person in two namespaces stays apart', () =>
    check(
      '1m',
      {
        [requests('p')]: '100x1440',
        [annotation('p', 'alice')]: '1x1440',
        [requests('p').replace('prod', 'staging')]: '50x1440',
        [annotation('p', 'alice').replace('prod', 'staging')]: '1x1440',
      },
      memoryRequested(at(60)),
      [
        of('alice', 86_400 * 100),
        { labels: '{annotation_hub_jupyter_org_username="alice", namespace="staging"}', value: 86_400 * 50 },
      ],
    ));
});

describe('coverage, where series end with a mark', () => {
  it('counts the steps that have samples', () =>
    check('1m', { [requests('p')]: '1x119 stale' }, coverage(at(60), POD_SOURCE), [
      { labels: '{}', value: 120 },
      { labels: '{scraped="kube_pod_container_resource_requests", hours="0"}', value: 60 },
    ]));
});

describe('home storage, where exporters disagree', () => {
  it('goes by the larger size, hour by hour', () =>
    check(
      '1h',
      {
        'dirsize_total_size_bytes{namespace="prod",directory="a",instance="x"}': '10x23',
        'dirsize_total_size_bytes{namespace="prod",directory="a",instance="y"}': '20x11 stale',
      },
      homeStored(at(60)),
      [{ labels: '{directory="a", namespace="prod"}', value: 12 * 3600 * 20 + 12 * 3600 * 10 }],
    ));
});

describe('memberships, where the exporter clears and refills', () => {
  it('keep a group that was there for one scrape', () =>
    check(
      '1m',
      {
        'jupyterhub_user_group_info{namespace="prod",username="a",username_escaped="a",usergroup="geo",instance="x"}':
          '_x99 1 stale',
      },
      memberships(at(60)),
      [{ labels: '{namespace="prod", usergroup="geo", username="a", username_escaped="a"}', value: 1 }],
    ));
});
