import type { DayRange, ExistingTool } from './existing-tool.js';

export interface UsageShare {
  readonly date: string;
  readonly hub: string;
  readonly user: string;
  /** 0 to 1. */
  readonly share: number;
}

const USERNAME = 'annotation_hub_jupyter_org_username';

interface RangeAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data?: { readonly result: readonly { metric: Record<string, string>; values: [number, string][] }[] };
}

/**
 * Memory requests every five minutes from the first midnight to the last day's end, added up by day. A person's share is
 * of everybody's sum of that day, over all hubs; or, where a hub is asked for, of that hub's.
 *
 * @throws with Prometheus's words where it refuses: 38 days have 10,944 points, 39 days more than the 11,000 it allows.
 */
export async function computeShares(tool: ExistingTool, days: DayRange, hub?: string): Promise<UsageShare[]> {
  const sums = new Map<string, { date: string; hub: string; user: string; sum: number }>();
  for (const { metric, values } of await askPrometheus(tool, memoryRequests(tool), days)) {
    const namespace = metric['namespace']!;
    const user = metric[USERNAME]!;
    for (const [seconds, value] of values) {
      const date = new Date(seconds * 1000).toISOString().slice(0, 10);
      const key = JSON.stringify([date, namespace, user]);
      const entry = sums.get(key) ?? { date, hub: namespace, user, sum: 0 };
      sums.set(key, { ...entry, sum: entry.sum + Number(value) });
    }
  }
  const poolOf = (row: { date: string; hub: string }) => (hub === undefined ? row.date : `${row.date} ${row.hub}`);
  const totals = new Map<string, number>();
  for (const row of sums.values()) totals.set(poolOf(row), (totals.get(poolOf(row)) ?? 0) + row.sum);
  return [...sums.values()]
    .filter((row) => hub === undefined || row.hub === hub)
    .map(({ sum, ...row }) => ({ ...row, share: totals.get(poolOf(row))! > 0 ? sum / totals.get(poolOf(row))! : 0 }));
}

function memoryRequests({ without }: ExistingTool): string {
  const placed = without.has('waiting pods count') ? ', node!=""' : '';
  return `sum by (${USERNAME}, namespace) (
    kube_pod_container_resource_requests{resource="memory"${placed}}
    * on (namespace, pod) group_left (${USERNAME})
    group by (pod, namespace, ${USERNAME}) (kube_pod_annotations{${USERNAME}!=""}))`;
}

async function askPrometheus(tool: ExistingTool, query: string, { from, to }: DayRange) {
  const start = String(Date.parse(from) / 1000);
  const end = `${Date.parse(to) / 1000 + 86_399}.999999`;
  const parameters = new URLSearchParams({ query, start, end, step: '5m' });
  const response = await fetch(`${tool.prometheusUrl}/api/v1/query_range?${parameters}`);
  const answer = (await response.json()) as RangeAnswer;
  if (!answer.data) throw new Error(`${response.status} ${answer.error}`);
  return answer.data.result;
}
