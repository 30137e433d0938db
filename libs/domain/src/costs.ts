import type { Component } from './components.js';
import type { Day, DayWindow } from './day.js';
import type { Usd } from './usd.js';

/** Which of Cost Explorer's metrics and record types make up "cost"; one per deployment. */
export const COST_BASES = ['amortized', 'unblended', 'net_amortized', 'net_unblended'] as const;
export type CostBasis = (typeof COST_BASES)[number];

/** What one hub spent on one service, counted as one component, on a day. */
export interface AttributedCost {
  readonly hub: string;
  readonly service: string;
  readonly component: Component;
  /** EC2 instance type; absent where the cost has none. */
  readonly instanceType?: string;
  readonly amountUsd: Usd;
}

/**
 * All that Cost Explorer says of one day. `attributed` is a partition: its amounts add up to the attributable total.
 * `estimated` is Cost Explorer's own mark: the day may still be restated.
 */
export interface DayCosts {
  readonly day: Day;
  readonly accountUsd: Usd;
  readonly attributed: readonly AttributedCost[];
  readonly estimated: boolean;
  /** The day had not ended when it was read: it grows, which is no restatement. */
  readonly isRunning?: boolean;
}

/** The costs of every day of a window, in order, and the number of paid requests that it took to read them. */
export interface CostReading {
  readonly window: DayWindow;
  readonly days: readonly DayCosts[];
  readonly requests: number;
}
