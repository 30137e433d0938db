export { PrometheusInspector, type ClusterCounts, type ClusterMetrics } from './inspection.reader.js';
export { ImpossibleReadingError, PrometheusError, PrometheusPartialAnswerError } from './prometheus-errors.js';
export type { PrometheusClientOptions, Traffic } from './prometheus.client.js';
export * from './measures.js';
export * from './queries.js';
export { UsageReader, type UsageReaderOptions } from './usage.reader.js';
