import type { MonitoredFigures } from '#libs/database/queries';
import { Counter, Gauge, type Metric, type Registry } from 'prom-client';

const OF_SOURCE = ['cluster', 'source'] as const;
const OF_COMPONENT = ['cluster', 'component'] as const;
const OF_DATASET = ['cluster', 'dataset', 'hub'] as const;
const OF_BUDGET = ['cluster', 'budget', 'kind'] as const;
const OF_NAME = ['cluster', 'name'] as const;

/** What is watched of the stored figures, as metrics. Every API process shows the same: take the max, not the sum. */
export class FigureMetrics {
  readonly #metrics: Metric[] = [];
  readonly #runs = this.#counter('sync_runs_total', 'Runs that ended, by source and how', [...OF_SOURCE, 'status']);
  readonly #runSeconds = this.#counter('sync_run_seconds_total', 'Time that runs of the source took', OF_SOURCE);
  readonly #requests = this.#counter('sync_requests_total', 'Requests that runs of the source paid for', OF_SOURCE);
  readonly #requestsUsd = this.#counter('sync_requests_usd_total', 'USD that these requests cost', OF_SOURCE);
  readonly #rows = this.#counter('sync_rows_written_total', 'Rows that runs of the source wrote', OF_SOURCE);
  readonly #lastSeconds = this.#gauge(
    'sync_last_run_duration_seconds',
    'How long the last run of the source took',
    OF_SOURCE,
  );
  readonly #lastFailed = this.#gauge('sync_last_run_failed', 'Whether the last run of the source failed', OF_SOURCE);
  readonly #lastSuccess = this.#gauge(
    'sync_last_success_timestamp_seconds',
    'When a sync of the source last succeeded, as Unix time',
    OF_SOURCE,
  );
  readonly #restatedUsd = this.#counter(
    'restated_usd_total',
    'USD by which stored costs of days that had ended were changed later, up or down',
    ['cluster', 'reason'],
  );
  readonly #attributedUsd = this.#gauge('attributed_usd', 'USD attributed in the last 30 days', OF_COMPONENT);
  readonly #unallocatedUsd = this.#gauge(
    'unallocated_usd',
    'USD of attributed_usd that no user bears: idle, or of a component that users do not share',
    OF_COMPONENT,
  );
  readonly #settledUsd = this.#gauge(
    'settled_day_cost_usd',
    'USD of the newest stored day that ended a day ago or more: account, or attributable',
    OF_NAME,
  );
  readonly #usualUsd = this.#gauge('usual_day_cost_usd', 'Median USD of the 28 days before the settled day', OF_NAME);
  readonly #coverage = this.#gauge(
    'usage_coverage',
    'Part of the newest day that is over for which Prometheus had samples, 0 to 1; an empty hub is all hubs at once',
    OF_DATASET,
  );
  readonly #budgetUsed = this.#gauge(
    'budget_used_ratio',
    'Part of the budget that is spent, up to the newest settled day; of the current period',
    OF_BUDGET,
  );
  readonly #budgetForecast = this.#gauge(
    'budget_forecast_ratio',
    'Part of the budget that is expected to be spent at the end of the current period',
    OF_BUDGET,
  );
  readonly #alertsWaiting = this.#gauge(
    'alerts_waiting',
    'Alerts of budgets and anomalies that the webhook has not taken yet',
    ['cluster'],
  );

  constructor(registry: Registry) {
    for (const metric of this.#metrics) registry.registerMetric(metric);
  }

  /** @param figures undefined: nobody knows, and nothing is shown. */
  show(figures: MonitoredFigures | undefined): void {
    for (const metric of this.#metrics) metric.reset();
    if (!figures) return;
    for (const { cluster, source, ...run } of figures.runs) {
      const labels = { cluster, source };
      this.#runs.inc({ ...labels, status: 'succeeded' }, run.succeeded);
      this.#runs.inc({ ...labels, status: 'failed' }, run.failed);
      this.#runSeconds.inc(labels, run.seconds);
      this.#requests.inc(labels, run.requests);
      this.#requestsUsd.inc(labels, run.requests_usd);
      this.#rows.inc(labels, run.rows_written);
      if (run.last_seconds !== null) this.#lastSeconds.set(labels, run.last_seconds);
      if (run.last_failed !== null) this.#lastFailed.set(labels, run.last_failed ? 1 : 0);
      if (run.last_success !== null) this.#lastSuccess.set(labels, run.last_success);
    }
    for (const { cluster, reason, usd } of figures.restated) this.#restatedUsd.inc({ cluster, reason }, usd);
    for (const { cluster, component, attributed_usd, unallocated_usd } of figures.components) {
      this.#attributedUsd.set({ cluster, component }, attributed_usd);
      this.#unallocatedUsd.set({ cluster, component }, unallocated_usd);
    }
    for (const { cluster, name, settled_usd, usual_usd } of figures.days) {
      this.#settledUsd.set({ cluster, name }, settled_usd);
      if (usual_usd !== null) this.#usualUsd.set({ cluster, name }, usual_usd);
    }
    for (const { coverage, ...labels } of figures.coverage) this.#coverage.set(labels, coverage);
    for (const { used, forecast, ...labels } of figures.budgets) {
      if (used !== null) this.#budgetUsed.set(labels, used);
      if (forecast !== null) this.#budgetForecast.set(labels, forecast);
    }
    for (const { cluster, waiting } of figures.alerts) this.#alertsWaiting.set({ cluster }, waiting);
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> {
    const gauge = new Gauge({ name: `cost_monitoring_${name}`, help, labelNames, registers: [] });
    this.#metrics.push(gauge);
    return gauge;
  }

  #counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    const counter = new Counter({ name: `cost_monitoring_${name}`, help, labelNames, registers: [] });
    this.#metrics.push(counter);
    return counter;
  }
}
