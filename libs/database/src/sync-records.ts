import type { Component, CostBasis, Day, DayWindow, UsageDataset } from '#libs/domain';

/** Identifies one row of sync_runs. */
export type RunId = string;

export const SYNC_SOURCES = ['cost-explorer', 'prometheus', 'allocation', 'budgets'] as const;
export type SyncSource = (typeof SYNC_SOURCES)[number];

export const SYNC_TRIGGERS = ['schedule', 'startup', 'once', 'backfill', 'forget'] as const;
export type SyncTrigger = (typeof SYNC_TRIGGERS)[number];

export const RUN_STATUSES = ['running', 'succeeded', 'failed'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export interface RunStart {
  readonly source: SyncSource;
  readonly trigger: SyncTrigger;
  readonly window?: DayWindow;
}

export type RunOutcome = { readonly status: 'succeeded' } | { readonly status: 'failed'; readonly error: string };

/** A run as recorded. */
export interface RecordedRun {
  readonly id: RunId;
  readonly source: SyncSource;
  readonly trigger: SyncTrigger;
  readonly window: DayWindow | undefined;
  readonly status: RunStatus;
  readonly requests: number;
  readonly daysChanged: number;
  readonly rowsWritten: number;
  readonly error: string | undefined;
  readonly startedAt: Date;
  readonly finishedAt: Date | undefined;
}

/** What a day's costs were read with; a day with another basis than today's has to be read again. */
export interface CostReadingBasis {
  readonly costBasis: CostBasis;
  readonly attributionDigest: string;
}

export interface CostDay extends CostReadingBasis {
  readonly day: Day;
}

/** Where stored costs of a day stand. */
export interface CostPlace {
  readonly day: Day;
  readonly hub: string;
  readonly service: string;
  readonly component: Component;
}

export type UsageDayStatus = 'provisional' | 'final' | 'missing';

export interface UsageDay {
  readonly day: Day;
  readonly dataset: UsageDataset;
  /** '' stands for all hubs at once. */
  readonly hub: string;
  readonly status: UsageDayStatus;
  /** 0 to 1, to four digits. */
  readonly coverage: number;
  readonly readAt: Date;
}

/** What replacing a day's costs did. Rows count when inserted or updated, derived user costs included. */
export interface CostDayReplacement {
  readonly changed: boolean;
  readonly rowsWritten: number;
  readonly restatements: number;
}

/** What replacing a day's usage did; `kept`: datasets whose stored reading covers more than the one offered. */
export interface UsageDayReplacement {
  readonly changed: boolean;
  readonly rowsWritten: number;
  readonly kept: readonly UsageDataset[];
}
