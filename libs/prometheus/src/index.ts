export {
  PrometheusInspector,
  type AwayExporter,
  type ClusterCounts,
  type ClusterMetrics,
} from './inspection.reader.js';
export {
  ImpossibleReadingError,
  PrometheusError,
  PrometheusPartialAnswerError,
  SeveralClustersError,
} from './prometheus-errors.js';
export type { PrometheusClientOptions, Traffic } from './prometheus.client.js';
export * from './measures.js';
export * from './node-queries.js';
export * from './queries.js';
export { settingsOf, type QuerySettings } from './selectors.js';
export { UsageReader, type UsageReaderOptions } from './usage.reader.js';
