export * from './allocation.js';
export * from './attribution.js';
export * from './components.js';
export * from './costs.js';
export * from './day.js';
export * from './usage.js';
export * from './usernames.js';
export * from './usd.js';
