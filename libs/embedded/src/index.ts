export { findFreePort } from './free-port.js';
export * from './postgres.js';
export * from './prometheus-binaries.js';
export * from './prometheus.js';
