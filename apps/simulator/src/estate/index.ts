export * from './directories.js';
export * from './estate.js';
export * from './line-item.js';
export * from './options.js';
export * from './roster.js';
export * from './sessions.js';
export * from './slugs.js';
export * from './true-usage.js';
