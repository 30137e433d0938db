import { parseSyncConfig } from '#libs/config';
import { addDays, dayOf, type Day, type DayWindow } from '#libs/domain';
import { startPrometheus, type EmbeddedPrometheus } from '#libs/embedded';
import type { SourceSummary } from '../../../apps/sync/src/run-summary.js';
import { readUsage } from '../../../apps/sync/src/steps/read-usage.js';
import { RunningApi, type Reply } from '../api/running-api.js';
import {
  BASIS,
  CLUSTER,
  dayCosts,
  HUB_POLICY,
  openStoredCluster,
  type CostLine,
  type StoredCluster,
} from '../database/stored-cluster.js';
import { openMetrics, type Series } from '../prometheus/open-metrics.js';

/** Whole past days, in order. */
export const TODAY = dayOf(new Date());
export const [D0, D1, D2, D3, D4, D5, D6, D7] = [-8, -7, -6, -5, -4, -3, -2, -1].map((days) =>
  addDays(TODAY, days),
) as [Day, Day, Day, Day, Day, Day, Day, Day];

export const COSTS: readonly CostLine[] = [
  ['prod', 'compute', '30'],
  ['staging', 'compute', '10'],
  ['support', 'compute', '60'],
  ['support', 'core', '5'],
  ['prod', 'home storage', '8'],
  ['staging', 'home storage', '4'],
];

/** Costs in a real database, samples in a real Prometheus: what a usage run of the sync makes of them, by REST. */
export class FieldCluster {
  private constructor(
    readonly prometheus: EmbeddedPrometheus,
    readonly stored: StoredCluster,
    private readonly api: RunningApi,
    private readonly days: DayWindow,
  ) {}

  static async start(
    series: readonly Series[],
    { days = [D0], costs = COSTS }: { days?: readonly Day[]; costs?: readonly CostLine[] } = {},
  ): Promise<FieldCluster> {
    const prometheus = await startPrometheus({ history: [openMetrics(series)] });
    const stored = await openStoredCluster();
    for (const day of days) {
      await stored.session.replaceCostDay(stored.run, dayCosts(costs, { day }), BASIS, HUB_POLICY);
    }
    const window = { from: days[0]!, until: addDays(days.at(-1)!, 1) };
    return new FieldCluster(prometheus, stored, await RunningApi.start(stored.url, CLUSTER), window);
  }

  async stop(): Promise<void> {
    await this.api.stop();
    await this.stored.end();
    await this.prometheus.stop();
  }

  /** A run of the sync over Prometheus, of the days that have costs. */
  async readUsage(
    variables: Readonly<Record<string, string>> = {},
    days: DayWindow = this.days,
  ): Promise<SourceSummary> {
    const config = parseSyncConfig({
      DATABASE_URL: this.stored.url,
      CLUSTER_NAME: CLUSTER,
      PROMETHEUS_URL: this.prometheus.url,
      ...variables,
    });
    return readUsage({
      config,
      session: this.stored.session,
      policy: HUB_POLICY,
      today: TODAY,
      trigger: 'once',
      signal: new AbortController().signal,
      progress: { begin: () => {}, show: () => {}, end: () => {} },
      days,
    });
  }

  get(path: string): Promise<Reply> {
    return this.api.get(path);
  }

  /** What each user bears of a component on a day, to the cent, as `hub/user`. */
  async costsPerUser(day: Day, component = 'compute'): Promise<Record<string, number>> {
    const path = `/costs-per-user?from=${day}&to=${day}&component=${encodeURIComponent(component)}`;
    const rows = await this.api.rows<{ hub: string; user: string; value: number }>(path);
    return Object.fromEntries(rows.map(({ hub, user, value }) => [`${hub}/${user}`, Math.round(value * 100) / 100]));
  }

  /** Each user's groups on a day, as costs are shown by them. */
  async groups(day: Day): Promise<Record<string, string[]>> {
    const rows = await this.api.rows<{ hub: string; user: string; usergroup: string }>(
      `/costs-per-user?from=${day}&to=${day}&component=compute`,
    );
    const groups: Record<string, string[]> = {};
    for (const { hub, user, usergroup } of rows) (groups[`${hub}/${user}`] ??= []).push(usergroup);
    return groups;
  }

  /** What nobody bears of a component: `hub reason direct shared`. */
  async unallocated(day: Day, component: string): Promise<string[]> {
    const rows = await this.stored.query<{ line: string }>(
      `SELECT concat_ws(' ', hub, reason, trim_scale(round(direct_usd, 2)), trim_scale(round(shared_usd, 2))) AS line
       FROM reporting.daily_user_costs WHERE day = $1 AND component = $2 AND username IS NULL ORDER BY 1`,
      [day, component],
    );
    return rows.map(({ line }) => line);
  }

  /** The gaps of home storage that /health names: hub, status, first and last day. */
  async gaps(since: Day): Promise<string[]> {
    const { json } = await this.api.get('/health');
    const gaps = json.details.usage.gaps as {
      from: Day;
      to: Day;
      datasets: string[];
      hubs: string[];
      status: string;
    }[];
    return gaps
      .filter(({ to, datasets, status }) => to >= since && datasets.includes('home storage') && status !== 'unread')
      .map(({ from, to, hubs, status }) => [...hubs, status, from, to].join(' '));
  }
}
