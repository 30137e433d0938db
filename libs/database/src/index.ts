export * from './data-source.js';
export * from './derive-all-sums.js';
export * from './empty-answer-error.js';
export * from './inspection.js';
export * from './migrate.js';
export * from './queries/index.js';
export type { UsageDayReadings } from './replace-usage-day.js';
export * from './sync-records.js';
export * from './sync-session.js';
