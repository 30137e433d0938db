export { PrometheusInspector, type ClusterCounts, type ClusterMetrics } from './inspection.reader.js';
export { ImpossibleReadingError, PrometheusError, PrometheusPartialAnswerError } from './prometheus-errors.js';
export type { PrometheusClientOptions, Traffic } from './prometheus.client.js';
export * from './queries.js';
export { UsageReader, type MembershipReading, type UsageReaderOptions } from './usage.reader.js';
