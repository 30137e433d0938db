import {
  firstOfMonth,
  OperatorError,
  type AllocationPolicy,
  type DatasetReading,
  type Day,
  type DayCosts,
  type DayWindow,
} from '#libs/domain';
import type { DataSource, QueryRunner } from 'typeorm';
import {
  dropPendingAlerts,
  listPendingAlerts,
  recordAlertAttempt,
  recordAlertSent,
  type PendingAlert,
} from './alerts.js';
import { reallocateDay } from './allocate-day.js';
import {
  closeMonth,
  hasUnrecordedRestatements,
  listSettledMonths,
  recordRestatements,
  type ClosedMonth,
} from './close-month.js';
import {
  listBudgetEvents,
  listBudgetNames,
  replaceBudgetFigures,
  type BudgetFigures,
  type RecordedBudgetEvent,
} from './budget-figures.js';
import {
  listCostSeries,
  listNotableUserSeries,
  listReadDays,
  type ReadDay,
  type DayCost,
  type SeriesFilter,
  type SeriesKind,
  type UserSeries,
} from './cost-series.js';
import { forgetUser, type Forgotten } from './forget-user.js';
import { listMonthsToRollUp, rollUpMonth } from './month-rollups.js';
import { refreshStatistics } from './refresh-statistics.js';
import { replaceCostDay } from './replace-cost-day.js';
import { replaceUsageDay } from './replace-usage-day.js';
import type { RunTransaction } from './run-transaction.js';
import {
  findFirstCostDay,
  listCostDays,
  listCostPlaces,
  listDaysWithOtherPolicy,
  listUsageDays,
} from './stored-days.js';
import { SyncLock } from './sync-lock.js';
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
import {
  countChangedDays,
  countSucceededRuns,
  failAbandonedRuns,
  findLatestRun,
  finishRun,
  insertRun,
} from './sync-runs.js';

/** The connection that held the cluster's lock is gone: another process may be at work, so this one writes no more. */
export class SessionLostError extends OperatorError {
  constructor(cluster: string) {
    super(`the database connection that held the lock of cluster ${cluster} was lost`);
  }
}

/**
 * The right to write one cluster's figures: holds the cluster's lock, and makes every write over a second connection. Each
 * transaction updates its run, which a new holder of the lock has closed: an old writer that lost the lock without knowing
 * writes nothing.
 *
 * Calls may overlap; they run one after the other.
 */
export class SyncSession {
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly lock: SyncLock,
    private readonly queryRunner: QueryRunner,
    readonly cluster: string,
  ) {}

  /** Takes the cluster's lock and closes the runs that an ended process left open. `undefined`: it is held elsewhere. */
  static async open(dataSource: DataSource, cluster: string): Promise<SyncSession | undefined> {
    const lock = await SyncLock.acquire(dataSource, cluster);
    if (!lock) return undefined;
    const queryRunner = dataSource.createQueryRunner();
    try {
      await failAbandonedRuns(queryRunner, cluster);
      return new SyncSession(lock, queryRunner, cluster);
    } catch (error) {
      await queryRunner.release();
      await lock.release();
      throw error;
    }
  }

  /** Waits for what is under way, then lets the lock go. */
  async close(): Promise<void> {
    await this.#last;
    if (!this.queryRunner.isReleased) await this.queryRunner.release();
    await this.lock.release();
  }

  async recordRunStarted(start: RunStart): Promise<RunId> {
    return this.#alone(() => insertRun(this.queryRunner, this.cluster, start));
  }

  /** @throws RunTakenOverError */
  async recordRunFinished(run: RunId, outcome: RunOutcome, requests: number): Promise<void> {
    return this.#alone(() => finishRun(this.#transactionOf(run), outcome, requests));
  }

  /** After a run that wrote many rows. Where this fails, queries are slower until autovacuum comes by. */
  async refreshStatistics(run: RunId): Promise<void> {
    return this.#alone(() => refreshStatistics(this.queryRunner, run));
  }

  /**
   * Stores a day's costs, records what was restated, and derives the day's user costs anew where anything changed or
   * they were made by another policy. An unchanged day writes nothing.
   *
   * @throws EmptyResponseError when nothing is attributed on a day that has costs stored.
   */
  async replaceCostDay(
    run: RunId,
    costs: DayCosts,
    basis: CostReadingBasis,
    policy: AllocationPolicy,
  ): Promise<CostDayReplacement> {
    return this.#inTransaction(run, (transaction) => replaceCostDay(transaction, costs, basis, policy));
  }

  /**
   * Stores a day's usage and memberships, and derives the day's user costs anew where they changed or the costs were
   * allocated by another policy. A reading that covers less of the day than what is stored is left out and named in `kept`.
   */
  async replaceUsageDay(
    run: RunId,
    readings: readonly DatasetReading[],
    readAt: Date,
    policy: AllocationPolicy,
  ): Promise<UsageDayReplacement> {
    return this.#inTransaction(run, (transaction) => replaceUsageDay(transaction, readings, readAt, policy));
  }

  /** Derives the day's user costs anew from what is stored; returns the rows written. */
  async allocateDay(run: RunId, day: Day, policy: AllocationPolicy): Promise<number> {
    return this.#inTransaction(run, async (transaction) => {
      const rowsWritten = await reallocateDay(transaction, day, policy);
      await countChangedDays(transaction, rowsWritten);
      return rowsWritten;
    });
  }

  /** Makes the rollups of the months that lack one, each in a transaction of its own. */
  async rollUpMonths(run: RunId): Promise<void> {
    const months = await this.#alone(() => listMonthsToRollUp(this.#transactionOf(run)));
    for (const month of months) await this.#inTransaction(run, (transaction) => rollUpMonth(transaction, month));
  }

  /** Freezes a month, or the next version of it. @throws MonthNotClosableError; nothing is written then. */
  async closeMonth(run: RunId, month: Day, today: Day): Promise<ClosedMonth> {
    return this.#inTransaction(run, async (transaction) => {
      const closed = await closeMonth(transaction, month, today);
      if (closed.rows > 0) await countChangedDays(transaction, closed.rows);
      return closed;
    });
  }

  /** The same in a run of its own, which is recorded only if it closed the month. */
  async closeMonthAlone(month: Day, today: Day): Promise<ClosedMonth> {
    return this.#alone(() =>
      this.queryRunner.manager.transaction(async () => {
        const window = { from: month, until: firstOfMonth(month, 1) };
        const run = await insertRun(this.queryRunner, this.cluster, { source: 'allocation', trigger: 'once', window });
        const transaction = this.#transactionOf(run);
        const closed = await closeMonth(transaction, month, today);
        if (closed.rows > 0) await countChangedDays(transaction, closed.rows);
        await finishRun(transaction, { status: 'succeeded' }, 0);
        return closed;
      }),
    );
  }

  /** Records beside the frozen figures what AWS restated of closed months; returns the rows written. */
  async recordRestatementsOfClosedMonths(run: RunId): Promise<number> {
    return this.#inTransaction(run, async (transaction) => {
      const rows = await recordRestatements(transaction);
      if (rows > 0) await countChangedDays(transaction, rows);
      return rows;
    });
  }

  async hasUnrecordedRestatements(): Promise<boolean> {
    return this.#alone(() => hasUnrecordedRestatements({ queryRunner: this.queryRunner, cluster: this.cluster }));
  }

  async listSettledMonths(today: Day): Promise<Day[]> {
    return this.#alone(() => listSettledMonths({ queryRunner: this.queryRunner, cluster: this.cluster }, today));
  }

  async countSucceededRuns(source: SyncSource): Promise<number> {
    return this.#alone(() => countSucceededRuns(this.queryRunner, this.cluster, source));
  }

  /**
   * Puts a pseudonym in the place of a person's name, in one transaction and a run of its own, so that no API process
   * serves the name from memory.
   *
   * @throws UnknownUserError, PseudonymTakenError; no run is recorded then.
   */
  async forgetUser(person: { hub: string; username: string; as: string | undefined }): Promise<Forgotten> {
    return this.#alone(() =>
      this.queryRunner.manager.transaction(async () => {
        const run = await insertRun(this.queryRunner, this.cluster, { source: 'allocation', trigger: 'forget' });
        const transaction = this.#transactionOf(run);
        const forgotten = await forgetUser(transaction, person);
        const rowsWritten = Object.values(forgotten.rows).reduce((sum, count) => sum + count, 0);
        await countChangedDays(transaction, rowsWritten, forgotten.days);
        await finishRun(transaction, { status: 'succeeded' }, 0);
        return forgotten;
      }),
    );
  }

  /** Writes what is derived for budgets, where it differs from what is stored. @returns the rows written. */
  async replaceBudgetFigures(run: RunId, figures: BudgetFigures): Promise<number> {
    return this.#inTransaction(run, async (transaction) => {
      const rowsWritten = await replaceBudgetFigures(transaction, figures);
      await countChangedDays(transaction, rowsWritten, Math.min(1, rowsWritten));
      return rowsWritten;
    });
  }

  /** Whether writing these would change nothing. */
  async areBudgetFiguresStored(figures: BudgetFigures): Promise<boolean> {
    return this.#alone(async () => {
      await this.queryRunner.startTransaction();
      try {
        return (await replaceBudgetFigures(this.#transactionOf('0'), figures)) === 0;
      } finally {
        await this.queryRunner.rollbackTransaction();
      }
    });
  }

  /** @throws RunTakenOverError where another process has the cluster by now: the alert is its business. */
  async recordAlertAttempt(run: RunId, alert: PendingAlert): Promise<void> {
    return this.#inTransaction(run, async (transaction) => {
      await countChangedDays(transaction, 0, 0);
      await recordAlertAttempt(transaction, alert);
    });
  }

  async recordAlertSent(run: RunId, alert: PendingAlert): Promise<void> {
    return this.#inTransaction(run, async (transaction) => {
      await countChangedDays(transaction, await recordAlertSent(transaction, alert));
    });
  }

  async dropPendingAlerts(run: RunId): Promise<void> {
    return this.#inTransaction(run, async (transaction) => {
      await countChangedDays(transaction, await dropPendingAlerts(transaction));
    });
  }

  async listPendingAlerts(): Promise<PendingAlert[]> {
    return this.#alone(() => listPendingAlerts(this.queryRunner, this.cluster));
  }

  async listBudgetEvents(): Promise<RecordedBudgetEvent[]> {
    return this.#alone(() => listBudgetEvents(this.queryRunner, this.cluster));
  }

  async listBudgetNames(): Promise<string[]> {
    return this.#alone(() => listBudgetNames(this.queryRunner, this.cluster));
  }

  async listCostSeries(kind: SeriesKind, window: DayWindow, filter?: SeriesFilter): Promise<DayCost[]> {
    return this.#alone(() => listCostSeries(this.queryRunner, this.cluster, kind, window, filter));
  }

  /** Of the users who cost more than `leastUsd` on a day from `since` on. */
  async listNotableUserSeries(window: DayWindow, notable: { since: Day; leastUsd: number }): Promise<UserSeries[]> {
    return this.#alone(() => listNotableUserSeries(this.queryRunner, this.cluster, window, notable));
  }

  async listReadDays(window: DayWindow): Promise<ReadDay[]> {
    return this.#alone(() => listReadDays(this.queryRunner, this.cluster, window));
  }

  async listDaysWithOtherPolicy(policy: AllocationPolicy): Promise<Day[]> {
    return this.#alone(() => listDaysWithOtherPolicy(this.queryRunner, this.cluster, policy));
  }

  async listCostDays(window: DayWindow): Promise<CostDay[]> {
    return this.#alone(() => listCostDays(this.queryRunner, this.cluster, window));
  }

  /** The account's first day with costs, if a run that succeeded has asked for all days from `from` on. */
  async findFirstCostDay(from: Day): Promise<Day | undefined> {
    return this.#alone(() => findFirstCostDay(this.queryRunner, this.cluster, from));
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

  #transactionOf(run: RunId): RunTransaction {
    return { queryRunner: this.queryRunner, cluster: this.cluster, run };
  }

  /** One connection has one transaction: work that overlapped would be committed or rolled back with another's. */
  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = this.#last.then(() => {
      if (this.queryRunner.isReleased || this.lock.isLost) throw new SessionLostError(this.cluster);
      return work();
    });
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #inTransaction<Result>(run: RunId, work: (transaction: RunTransaction) => Promise<Result>): Promise<Result> {
    return this.#alone(() => this.queryRunner.manager.transaction(() => work(this.#transactionOf(run))));
  }
}
