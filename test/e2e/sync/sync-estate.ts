import type { QueryResultRow } from 'pg';
import pg from 'pg';
import { startPrometheus, type EmbeddedPrometheus } from '#libs/embedded';
import { historyText, startSimulator, type Simulator } from '../../../apps/simulator/src/index.js';
import { awayFromMidnight } from '../../support/away-from-midnight.js';
import { createEmptyTestDatabase, type TestDatabase } from '../../support/database.js';
import { startPrometheusProxy, type PrometheusProxy } from './prometheus-proxy.js';
import { killLeftSyncs, runSync, startSync, type RunningSync, type SyncExit } from './sync-process.js';

/** What a run left in sync_runs. */
export interface RunRow {
  readonly source: string;
  readonly trigger: string;
  readonly status: string;
  readonly requests: number;
  readonly days_changed: number;
  readonly rows_written: string;
  readonly error: string | null;
}

/** Days before today that Prometheus remembers of the estate. */
export const HISTORY_DAYS = 9;

/** All that a sync talks to: a simulated AWS account, a real Prometheus with the same estate's history, a database. */
export class SyncEstate {
  private constructor(
    readonly simulator: Simulator,
    readonly prometheus: PrometheusProxy,
    private readonly realPrometheus: EmbeddedPrometheus,
    private readonly database: TestDatabase,
    private readonly pool: pg.Pool,
  ) {}

  static async start(): Promise<SyncEstate> {
    await awayFromMidnight();
    const simulator = await startSimulator({ estate: { historyDays: HISTORY_DAYS, users: 12 } });
    const realPrometheus = await startPrometheus({ history: historyText(simulator.estate) });
    const prometheus = await startPrometheusProxy(realPrometheus.url);
    const database = await createEmptyTestDatabase();
    return new SyncEstate(
      simulator,
      prometheus,
      realPrometheus,
      database,
      new pg.Pool({ connectionString: database.url }),
    );
  }

  async stop(): Promise<void> {
    killLeftSyncs();
    await this.pool.end();
    await this.database.drop();
    await this.prometheus.close();
    await this.realPrometheus.stop();
    await this.simulator.close();
  }

  /** Last day of the estate, the running one. */
  get today(): string {
    return this.simulator.estate.options.today;
  }

  run(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<SyncExit> {
    return runSync(args, { ...this.variables, ...variables });
  }

  start(args: readonly string[], variables: Readonly<Record<string, string>> = {}): RunningSync {
    return startSync(args, { ...this.variables, ...variables });
  }

  async query<Row extends QueryResultRow>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, [...parameters])).rows;
  }

  /** Every run, oldest first. */
  async runs(): Promise<RunRow[]> {
    return this.query<RunRow>(
      `SELECT source, trigger, status, requests, days_changed, rows_written, error FROM sync_runs ORDER BY id`,
    );
  }

  /** The newest run of each source, by source. */
  async latestRuns(): Promise<Record<string, RunRow>> {
    return Object.fromEntries((await this.runs()).map((run) => [run.source, run]));
  }

  /** The environment of a sync of this estate. */
  get variables() {
    return {
      DATABASE_URL: this.database.url,
      CLUSTER_NAME: this.simulator.estate.options.clusterName,
      PROMETHEUS_URL: this.prometheus.url,
      AWS_ENDPOINT_URL_COST_EXPLORER: this.simulator.url,
    };
  }
}
