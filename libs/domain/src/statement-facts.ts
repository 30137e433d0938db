import type { Component } from './components.js';
import type { Day } from './day.js';
import type { Usd } from './usd.js';

/** Whom a statement is about; without any of them, the cluster. `hubs` with a caller's scope may be several. */
export interface StatementSubject {
  readonly hubs: readonly string[] | undefined;
  readonly usergroup: string | undefined;
  readonly user: string | undefined;
}

/** What one user bears, or nobody for a reason, of one component over the month. */
export interface CostLine {
  readonly hub: string;
  readonly component: Component;
  readonly user: string | null;
  readonly usergroups: readonly string[] | null;
  readonly reason: string | null;
  readonly directUsd: Usd;
  readonly sharedUsd: Usd;
}

/** A cost of a closed month that AWS restated after it was closed. */
export interface AdjustmentLine extends CostLine {
  readonly month: Day;
}

/** What a statement is made of, as read. */
export interface StatementFacts {
  readonly cluster: string;
  /** Its first day. */
  readonly month: Day;
  readonly today: Day;
  readonly subject: StatementSubject;
  /** Days of the month whose costs are stored, those of them that AWS may still change, and those with cost whose usage was not read. */
  readonly days: { readonly stored: number; readonly estimated: number; readonly unread: number };
  /** Undefined: the month is not closed, and its figures are those of now. */
  readonly version: { readonly number: number; readonly latest: number; readonly closedAt: string } | undefined;
  readonly bases: readonly string[];
  /** As stored: JSON. */
  readonly policies: readonly string[];
  readonly lines: readonly CostLine[];
  /** Of earlier months, to be shown with this one. */
  readonly adjustments: readonly AdjustmentLine[];
  /** What this version has more than version 1. */
  readonly restatements: readonly CostLine[];
  /** What AWS said of the whole month; undefined where the statement is of a part. */
  readonly clusterUsd: Usd | undefined;
}
