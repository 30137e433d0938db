import type { Day } from '#libs/domain';
import type { EstateOptions } from './estate/index.js';

export interface SimulatorOptions {
  /** The estate; `today` defaults to the current UTC day. */
  readonly estate?: Partial<EstateOptions> & { readonly today?: Day };
  /** 0 (default): any free port. */
  readonly port?: number;
  /** Groups on a page of GetCostAndUsage. */
  readonly pageSize?: number;
  /** So many of the last days are marked as estimated. */
  readonly estimatedDays?: number;
  readonly inactiveTags?: readonly string[];
  /** Whether the account and its metrics have a story: what goes wrong and what changes, for a demo. */
  readonly story?: boolean;
  /** The account's first day: Cost Explorer has no data of the time before. Default: older than what it keeps. */
  readonly firstDay?: Day;
}
