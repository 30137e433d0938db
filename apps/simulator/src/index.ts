export * from './estate/index.js';
export type { FaultRequest } from './faults/fault.js';
export type { SimulatorOptions } from './simulator-options.js';
export { startSimulator, type Simulator } from './start-simulator.js';
