export * from './data-source.js';
export * from './migrate.js';
export * from './sync-records.js';
export * from './sync-session.js';
