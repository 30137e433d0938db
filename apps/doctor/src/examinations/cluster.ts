import type { SyncConfig } from '#libs/config';
import { OperatorError, type DayWindow } from '#libs/domain';
import { PrometheusInspector, type ClusterMetrics, type PrometheusMeasure } from '#libs/prometheus';
import { judgeMemory } from '../checks/memory.js';
import { judgeMetrics } from '../checks/metrics.js';
import { judgePeople } from '../checks/people.js';
import { judgeSources } from '../checks/sources.js';
import { failure, ok, type Finding } from '../finding.js';

export interface ClusterExamination {
  readonly findings: readonly Finding[];
  /** Namespaces with users, their pods or directories; undefined: Prometheus did not say. */
  readonly namespaces: readonly string[] | undefined;
  readonly clockSkewMs: number | undefined;
}

/** @param window the days that a first sync would read. */
export async function examineCluster(
  { prometheus: config, attribution }: Pick<SyncConfig, 'prometheus' | 'attribution'>,
  window: DayWindow,
  now: Date,
  measures?: readonly PrometheusMeasure[],
): Promise<ClusterExamination> {
  const inspector = new PrometheusInspector(config, measures);
  const clockSkewMs = await fetchClockSkewMs(config.url);
  try {
    const metrics = await inspector.fetchMetrics(now, attribution.coreNodeLabel);
    const firstDays = await inspector.fetchFirstDays(window, now);
    const findings = [
      ok('Prometheus', `answers queries at ${new URL(config.url).origin}`),
      ...judgeMetrics(metrics.counts),
      ...judgeSources(attribution, metrics, config.selector ?? ''),
      judgeMemory({ window, firstDays }),
      ...judgePeople(metrics),
    ];
    return { findings, namespaces: namespacesOf(metrics), clockSkewMs };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const remedy =
      'check PROMETHEUS_URL, PROMETHEUS_USERNAME and _PASSWORD or PROMETHEUS_BEARER_TOKEN, PROMETHEUS_TENANT, PROMETHEUS_SIGV4_REGION, and that the ' +
      'network lets this machine or pod through';
    return { findings: [failure('Prometheus', error.message, remedy)], namespaces: undefined, clockSkewMs };
  }
}

function namespacesOf({ podNamespaces, directories, labels }: ClusterMetrics): string[] {
  const namespaces = [...podNamespaces, ...directories, ...labels].map((seen) =>
    typeof seen === 'string' ? seen : seen.namespace,
  );
  return [...new Set(namespaces)].sort();
}

const CLOCK_TIMEOUT_MS = 5_000;

/** Any answer at all has a Date; none of it is read, so no credentials are sent. Undefined: no answer. */
async function fetchClockSkewMs(url: string): Promise<number | undefined> {
  try {
    const sentMs = Date.now();
    const signal = AbortSignal.timeout(CLOCK_TIMEOUT_MS);
    const { headers } = await fetch(url, { method: 'HEAD', redirect: 'manual', signal });
    const dateMs = Date.parse(headers.get('date') ?? '');
    return Number.isNaN(dateMs) ? undefined : dateMs - (sentMs + Date.now()) / 2;
  } catch {
    return undefined;
  }
}
