export * from './estate/index.js';
export type { FaultRequest } from './faults/fault.js';
export { historyText } from './openmetrics/history.js';
export type { ScrapeHistory } from './openmetrics/sampled-series.js';
export type { SimulatorOptions } from './simulator-options.js';
export { startSimulator, type Simulator } from './start-simulator.js';
export { RUNS_OF_STORY } from './story.js';
