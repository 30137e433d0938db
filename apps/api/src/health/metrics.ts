import { Injectable } from '@nestjs/common';
import { ReportingDatabase } from '#libs/database/queries';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { FigureMetrics } from './figure-metrics.js';
import { MonitoredFiguresReader } from './monitored-figures.reader.js';

export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** What Prometheus scrapes from the API: requests by route template, the stored figures, the process itself. */
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
    help: 'Whether the database answered when it was last asked, some seconds ago at most',
    registers: [this.#registry],
  });
  readonly #figures = new FigureMetrics(this.#registry);
  readonly #reader: MonitoredFiguresReader;

  constructor(reporting: ReportingDatabase) {
    this.#reader = new MonitoredFiguresReader(reporting);
    collectDefaultMetrics({ register: this.#registry });
  }

  /** @param route the template that matched; undefined when none did, so that no path becomes a label. */
  observeRequest(method: string, route: string | undefined, status: number, seconds: number): void {
    this.#requests.observe({ method, route: route ?? 'unmatched', status }, seconds);
  }

  /** The exposition text. While the database is away it lacks what is read from there, and says so. */
  async expose(): Promise<string> {
    const figures = await this.#reader.read();
    // From here to the end of `show` nobody else runs: scrapes at the same time see whole figures.
    this.#databaseUp.set(figures ? 1 : 0);
    this.#figures.show(figures);
    return this.#registry.metrics();
  }
}
