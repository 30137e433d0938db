import { firstOfMonth, OperatorError, type AllocationPolicy, type Day } from '#libs/domain';
import type { DataSource, QueryRunner } from 'typeorm';
import {
  dropPendingAlerts,
  listPendingAlerts,
  recordAlertAttempt,
  recordAlertSent,
  type PendingAlert,
} from './alerts.js';
import { reallocateDay } from './allocate-day.js';
import { listBudgetEvents, listBudgetNames, replaceBudgetFigures, type BudgetFigures } from './budget-figures.js';
import {
  closeMonth,
  hasUnrecordedRestatements,
  listSettledMonths,
  recordRestatements,
  type ClosedMonth,
} from './close-month.js';
import { listCostSeries, listNotableUserSeries, listReadDays } from './cost-series.js';
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
import type { RunId, RunOutcome, RunStart } from './sync-records.js';
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

  readonly replaceCostDay = this.#writer(replaceCostDay);
  readonly replaceUsageDay = this.#writer(replaceUsageDay);

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
    const months = await this.#alone(() => listMonthsToRollUp(this.queryRunner, this.cluster));
    for (const month of months) await this.#inTransaction(run, (transaction) => rollUpMonth(transaction, month));
  }

  readonly closeMonth = this.#writer(closeMonth);
  readonly recordRestatementsOfClosedMonths = this.#writer(recordRestatements);

  /** As closeMonth, in a run of its own, which is recorded only if it closed the month. */
  async closeMonthAlone(month: Day, today: Day): Promise<ClosedMonth> {
    const window = { from: month, until: firstOfMonth(month, 1) };
    return this.#inOwnRun({ source: 'allocation', trigger: 'once', window }, (transaction) =>
      closeMonth(transaction, month, today),
    );
  }

  /** In a run of its own, so that no API process serves the name from memory. If it fails, no run is recorded. */
  async forgetUser(person: { hub: string; username: string; as: string | undefined }): Promise<Forgotten> {
    return this.#inOwnRun({ source: 'allocation', trigger: 'forget' }, async (transaction) => {
      const forgotten = await forgetUser(transaction, person);
      const rowsWritten = Object.values(forgotten.rows).reduce((sum, count) => sum + count, 0);
      await countChangedDays(transaction, rowsWritten, forgotten.days);
      return forgotten;
    });
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

  readonly countSucceededRuns = this.#reader(countSucceededRuns);
  readonly findFirstCostDay = this.#reader(findFirstCostDay);
  readonly findLatestRun = this.#reader(findLatestRun);
  readonly hasUnrecordedRestatements = this.#reader(hasUnrecordedRestatements);
  readonly listBudgetEvents = this.#reader(listBudgetEvents);
  readonly listBudgetNames = this.#reader(listBudgetNames);
  readonly listCostDays = this.#reader(listCostDays);
  readonly listCostPlaces = this.#reader(listCostPlaces);
  readonly listCostSeries = this.#reader(listCostSeries);
  readonly listDaysWithOtherPolicy = this.#reader(listDaysWithOtherPolicy);
  readonly listNotableUserSeries = this.#reader(listNotableUserSeries);
  readonly listPendingAlerts = this.#reader(listPendingAlerts);
  readonly listReadDays = this.#reader(listReadDays);
  readonly listSettledMonths = this.#reader(listSettledMonths);
  readonly listUsageDays = this.#reader(listUsageDays);

  #reader<Values extends unknown[], Result>(
    read: (queryRunner: QueryRunner, cluster: string, ...values: Values) => Promise<Result>,
  ) {
    return (...values: Values) => this.#alone(() => read(this.queryRunner, this.cluster, ...values));
  }

  #writer<Values extends unknown[], Result>(
    write: (transaction: RunTransaction, ...values: Values) => Promise<Result>,
  ) {
    return (run: RunId, ...values: Values) => this.#inTransaction(run, (transaction) => write(transaction, ...values));
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

  /** In a transaction that also records the run: if the work throws, there was none. */
  async #inOwnRun<Result>(start: RunStart, work: (transaction: RunTransaction) => Promise<Result>): Promise<Result> {
    return this.#alone(() =>
      this.queryRunner.manager.transaction(async () => {
        const transaction = this.#transactionOf(await insertRun(this.queryRunner, this.cluster, start));
        const result = await work(transaction);
        await finishRun(transaction, { status: 'succeeded' }, 0);
        return result;
      }),
    );
  }
}
