import { Injectable } from '@nestjs/common';
import { ReportingDatabase, syncStatus, type SyncStatus } from '#libs/database/queries';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What Prometheus scrapes from the API: requests by route template, age of the figures, the process itself. */
@Injectable()
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Histogram({
    name: 'cost_monitoring_http_request_duration_seconds',
    help: 'Duration of HTTP requests, by route template',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
    registers: [this.#registry],
  });
  readonly #databaseUp = new Gauge({
    name: 'cost_monitoring_database_up',
    help: 'Whether the database answered this scrape',
    registers: [this.#registry],
  });
  readonly #lastSuccess = new Gauge({
    name: 'cost_monitoring_sync_last_success_timestamp_seconds',
    help: 'When a sync of the source last succeeded, as Unix time',
    labelNames: ['cluster', 'source'],
    registers: [this.#registry],
  });
  readonly #lastFailed = new Gauge({
    name: 'cost_monitoring_sync_last_run_failed',
    help: 'Whether the last finished sync of the source failed',
    labelNames: ['cluster', 'source'],
    registers: [this.#registry],
  });

  constructor(private readonly database: ReportingDatabase) {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** @param route the template that matched; undefined when none did, so that no path becomes a label. */
  observeRequest(method: string, route: string | undefined, status: number, seconds: number): void {
    this.#requests.observe({ method, route: route ?? 'unmatched', status }, seconds);
  }

  /** The exposition text. While the database is away it lacks the age of the figures, and says why. */
  async expose(): Promise<string> {
    this.#lastSuccess.reset();
    this.#lastFailed.reset();
    try {
      for (const run of await this.database.list<SyncStatus>(syncStatus())) {
        const labels = { cluster: run.cluster, source: run.source };
        this.#lastFailed.set(labels, run.last_status === 'failed' ? 1 : 0);
        if (run.last_success_at) this.#lastSuccess.set(labels, run.last_success_at.getTime() / 1000);
      }
      this.#databaseUp.set(1);
    } catch {
      this.#databaseUp.set(0);
    }
    return this.#registry.metrics();
  }
}
