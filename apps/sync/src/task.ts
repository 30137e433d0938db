import type { SyncConfig } from '#libs/config';
import type { SyncSession, SyncTrigger } from '#libs/database';
import type { AllocationPolicy, Day, DayWindow } from '#libs/domain';
import type { PrometheusMeasure } from '#libs/prometheus';
import type { Progress } from './progress.js';

/** What to do: the days that are due or, for a backfill, exactly those of a window. */
export interface SyncTask {
  readonly trigger: SyncTrigger;
  readonly days?: DayWindow;
  /** Costs are stored although a tag that attributes them has vanished from days that are stored with it. */
  readonly acceptsLostTags?: boolean;
  /** When aborted, the run ends after the day that is being stored, or at once when it only waits for an answer. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** A task at work: what its steps read and write. */
export interface SyncWork extends SyncTask {
  readonly config: SyncConfig;
  readonly session: SyncSession;
  readonly policy: AllocationPolicy;
  readonly today: Day;
  /** Default: MEASURES. */
  readonly measures?: readonly PrometheusMeasure[];
}
