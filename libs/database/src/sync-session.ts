import type {
  AllocationPolicy,
  Day,
  DayCosts,
  DayWindow,
  DatasetReading,
  GroupMembership,
  UserUsage,
} from '#libs/domain';
import type { DataSource } from 'typeorm';
import type {
  CostDay,
  CostDayReplacement,
  CostReadingBasis,
  RecordedRun,
  RunId,
  RunOutcome,
  RunStart,
  SyncSource,
  UsageDay,
  UsageDayReplacement,
} from './sync-records.js';

/** What Prometheus said of one day. */
export interface UsageDayReadings {
  readonly compute: DatasetReading<UserUsage>;
  readonly homeStorage: DatasetReading<UserUsage>;
  readonly memberships: DatasetReading<GroupMembership>;
}

/** No attributed cost at all came back for a day that has some stored. */
export class EmptyAnswerError extends Error {
  constructor(readonly day: Day) {
    super(`an answer without any attributed cost for ${day}, which has costs stored: refused, the stored day stays`);
    this.name = 'EmptyAnswerError';
  }
}

/** The right to write one cluster's figures: one connection that holds the cluster's lock and makes all writes. */
export interface SyncSession {
  readonly cluster: string;
  close(): Promise<void>;
  recordRunStarted(start: RunStart): Promise<RunId>;
  recordRunFinished(run: RunId, outcome: RunOutcome, requests: number): Promise<void>;
  replaceCostDay(
    run: RunId,
    costs: DayCosts,
    basis: CostReadingBasis,
    policy: AllocationPolicy,
  ): Promise<CostDayReplacement>;
  replaceUsageDay(
    run: RunId,
    readings: UsageDayReadings,
    readAt: Date,
    policy: AllocationPolicy,
  ): Promise<UsageDayReplacement>;
  /** Derives the day's user costs anew; returns the rows written. */
  allocateDay(run: RunId, day: Day, policy: AllocationPolicy): Promise<number>;
  listDaysWithOtherPolicy(policy: AllocationPolicy): Promise<Day[]>;
  listCostDays(window: DayWindow): Promise<CostDay[]>;
  listUsageDays(window: DayWindow): Promise<UsageDay[]>;
  findLatestRun(source: SyncSource): Promise<RecordedRun | undefined>;
}

export const SyncSession = {
  /** `undefined`: another process works on this cluster. */
  async open(dataSource: DataSource, cluster: string): Promise<SyncSession | undefined> {
    throw new Error(`not yet: ${String(dataSource.isInitialized)} ${cluster}`);
  },
};
