import { OperatorError, type AllocationPolicy, type Day, type DayCosts, type DayWindow } from '#libs/domain';
import type { DataSource, QueryRunner } from 'typeorm';
import { advisoryLockKey } from './advisory-lock.js';
import { allocateDay } from './allocate-day.js';
import { sumWeeks } from './derived-sums.js';
import { refreshStatistics } from './refresh-statistics.js';
import { replaceCostDay } from './replace-cost-day.js';
import { replaceUsageDay, type UsageDayReadings } from './replace-usage-day.js';
import { listCostDays, listCostPlaces, listDaysWithOtherPolicy, listUsageDays } from './stored-days.js';
import type {
  CostDay,
  CostDayReplacement,
  CostPlace,
  CostReadingBasis,
  RecordedRun,
  RunId,
  RunOutcome,
  RunStart,
  SyncSource,
  UsageDay,
  UsageDayReplacement,
} from './sync-records.js';
import { countChangedDay, failAbandonedRuns, findLatestRun, finishRun, insertRun } from './sync-runs.js';

/** The connection that held the cluster's lock is gone: another process may be at work, so this one writes no more. */
export class SessionLostError extends OperatorError {
  constructor(cluster: string) {
    super(`the database connection that held the lock of cluster ${cluster} was lost`);
  }
}

/**
 * The right to write one cluster's figures. One connection both holds the cluster's lock and makes every write: when it
 * is lost, the lock and the ability to write are lost together, so two processes can never write at once.
 *
 * Calls may overlap; they run one after the other.
 */
export class SyncSession {
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly queryRunner: QueryRunner,
    readonly cluster: string,
  ) {}

  /** Takes the cluster's lock and closes the runs that an ended process left open. `undefined`: it is held elsewhere. */
  static async open(dataSource: DataSource, cluster: string): Promise<SyncSession | undefined> {
    const queryRunner = dataSource.createQueryRunner();
    try {
      const [lock]: { taken: boolean }[] = await queryRunner.query(`SELECT pg_try_advisory_lock($1) AS taken`, [
        advisoryLockKey('sync', cluster),
      ]);
      if (!lock!.taken) {
        await queryRunner.release();
        return undefined;
      }
      await failAbandonedRuns(queryRunner, cluster);
      return new SyncSession(queryRunner, cluster);
    } catch (error) {
      await releaseWithLock(queryRunner, cluster);
      throw error;
    }
  }

  /** Waits for what is under way, then lets the lock go. */
  async close(): Promise<void> {
    await this.#last;
    await releaseWithLock(this.queryRunner, this.cluster);
  }

  async recordRunStarted(start: RunStart): Promise<RunId> {
    return this.#alone(() => insertRun(this.queryRunner, this.cluster, start));
  }

  async recordRunFinished(run: RunId, outcome: RunOutcome, requests: number): Promise<void> {
    return this.#alone(() => finishRun(this.queryRunner, run, outcome, requests));
  }

  /**
   * After a run: sums the weeks that it changed, and refreshes the planner's statistics when it wrote many rows. Where
   * this fails, questions are answered as before, from the days, and more slowly; the next run makes up for it.
   */
  async refreshSums(run: RunId): Promise<void> {
    return this.#alone(async () => {
      await sumWeeks(this.queryRunner, this.cluster);
      await refreshStatistics(this.queryRunner, run);
    });
  }

  /**
   * Stores a day's costs, records what was restated, and derives the day's user costs anew where anything changed or
   * they were made by another policy. An unchanged day writes nothing.
   *
   * @throws EmptyAnswerError when nothing is attributed on a day that has costs stored.
   */
  async replaceCostDay(
    run: RunId,
    costs: DayCosts,
    basis: CostReadingBasis,
    policy: AllocationPolicy,
  ): Promise<CostDayReplacement> {
    return this.#inTransaction(() => replaceCostDay(this.queryRunner, this.cluster, run, costs, basis, policy));
  }

  /**
   * Stores a day's usage and memberships, and derives the day's user costs anew where usage changed or they were made
   * by another policy. A dataset that covers less of the day than what is stored is left as it is and named in `kept`.
   */
  async replaceUsageDay(
    run: RunId,
    readings: UsageDayReadings,
    readAt: Date,
    policy: AllocationPolicy,
  ): Promise<UsageDayReplacement> {
    return this.#inTransaction(() => replaceUsageDay(this.queryRunner, this.cluster, run, readings, readAt, policy));
  }

  /** Derives the day's user costs anew from what is stored; returns the rows written. */
  async allocateDay(run: RunId, day: Day, policy: AllocationPolicy): Promise<number> {
    return this.#inTransaction(async () => {
      const rowsWritten = await allocateDay(this.queryRunner, this.cluster, run, day, policy);
      await countChangedDay(this.queryRunner, run, rowsWritten);
      return rowsWritten;
    });
  }

  async listDaysWithOtherPolicy(policy: AllocationPolicy): Promise<Day[]> {
    return this.#alone(() => listDaysWithOtherPolicy(this.queryRunner, this.cluster, policy));
  }

  async listCostDays(window: DayWindow): Promise<CostDay[]> {
    return this.#alone(() => listCostDays(this.queryRunner, this.cluster, window));
  }

  /** The hubs, services and components of the costs that are stored of each day. */
  async listCostPlaces(window: DayWindow): Promise<CostPlace[]> {
    return this.#alone(() => listCostPlaces(this.queryRunner, this.cluster, window));
  }

  async listUsageDays(window: DayWindow): Promise<UsageDay[]> {
    return this.#alone(() => listUsageDays(this.queryRunner, this.cluster, window));
  }

  async findLatestRun(source: SyncSource): Promise<RecordedRun | undefined> {
    return this.#alone(() => findLatestRun(this.queryRunner, this.cluster, source));
  }

  /** One connection has one transaction: work that overlapped would be committed or rolled back with another's. */
  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(() => {
      if (this.queryRunner.isReleased) throw new SessionLostError(this.cluster);
      return work();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #inTransaction<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#alone(() => this.queryRunner.manager.transaction(work));
  }
}

/** An unlock that fails has cut the connection, and the lock went with it. */
async function releaseWithLock(queryRunner: QueryRunner, cluster: string): Promise<void> {
  if (queryRunner.isReleased) return;
  await queryRunner.query(`SELECT pg_advisory_unlock($1)`, [advisoryLockKey('sync', cluster)]).catch(() => undefined);
  await queryRunner.release();
}
