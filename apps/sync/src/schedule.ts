import { setTimeout } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { syncConfig, type SyncConfig } from '#libs/config';
import { describeFault, logFault, NewerSchemaError, TransactionPoolerError, type SyncTrigger } from '#libs/database';
import { OperatorError } from '#libs/domain';
import { CronJob } from 'cron';
import { SyncDatabase } from './database.js';
import { describeHolder } from './describe-holder.js';
import { LogProgress } from './progress.js';
import { SyncRunner, type RunResult } from './runner.js';
import type { SyncTask } from './task.js';

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

/** A run that breaks off begins again, but not for ever: each reading of costs is paid for. */
const RUNS_PER_TURN = 4;

/** Runs at the turns of SYNC_CRON, one run at a time, and once at the start when there is something to catch up with. */
@Injectable()
export class SyncSchedule {
  private readonly logger = new Logger('Schedule');

  constructor(
    @Inject(syncConfig.KEY) private readonly config: SyncConfig,
    private readonly registry: SchedulerRegistry,
    private readonly database: SyncDatabase,
    private readonly runner: SyncRunner,
  ) {}

  /** Keeps the schedule until the signal aborts and the run in flight has ended. @throws NewerSchemaError, TransactionPoolerError */
  async keep(signal: AbortSignal): Promise<void> {
    let giveUp: (error: unknown) => void = () => {};
    const stopped = new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve());
      giveUp = reject;
    });
    await this.takeTurn('startup', signal);
    if (signal.aborted) return;
    const job = CronJob.from({
      cronTime: this.config.syncCron,
      timeZone: 'UTC',
      waitForCompletion: true,
      onTick: () => this.takeTurn('schedule', signal).catch(giveUp),
    });
    this.registry.addCronJob('sync', job);
    job.start();
    this.logger.log(`next run at ${job.nextDate().toUTC().toISO()}`);
    try {
      await stopped;
    } finally {
      await job.stop();
    }
  }

  /**
   * A run that loses its database begins again as soon as that answers, a few times over. Whatever else goes wrong is
   * logged, and the next turn tries again; only a newer schema and a transaction pooler end the process.
   */
  private async takeTurn(trigger: SyncTrigger, signal: AbortSignal): Promise<void> {
    const task: SyncTask = { trigger, signal, progress: new LogProgress(this.logger) };
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await this.untilDatabaseAnswers(signal);
        if (signal.aborted) return;
        const result = await this.runTurn(task);
        // The server may not yet have noticed that the connection which held the lock is gone.
        if (result === 'locked' && attempt > 1) throw new OperatorError('the cluster is still locked');
        return await this.report(result);
      } catch (error) {
        if (error instanceof NewerSchemaError || error instanceof TransactionPoolerError) throw error;
        const isLast = attempt === RUNS_PER_TURN;
        const next = isLast ? 'the next turn tries again' : 'it begins again when the database answers';
        const fault = describeFault(error);
        this.logger.error(`the run broke off: ${fault.message}; ${next}`);
        logFault(this.logger, fault);
        if (isLast) return;
        await pause(FIRST_RETRY_MS * 2 ** (attempt - 1), signal);
      }
    }
  }

  private runTurn(task: SyncTask): Promise<RunResult> {
    if (task.trigger !== 'startup') return this.runner.run(task);
    return this.runner.runIfBehind(task, (reason) => this.logger.log(`catching up: ${reason}`));
  }

  private async report(result: RunResult): Promise<void> {
    if (result === 'locked') {
      const holder = describeHolder(await this.database.findLockHolder());
      this.logger.warn(`another sync works on ${this.config.clusterName}${holder}; waiting for the next turn`);
    } else if (result.length === 0) {
      this.logger.log('nothing to catch up with');
    }
  }

  private async untilDatabaseAnswers(signal: AbortSignal): Promise<void> {
    for (let pauseMs = FIRST_RETRY_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LAST_RETRY_MS)) {
      try {
        await this.database.ping();
        return;
      } catch (error) {
        if (error instanceof TransactionPoolerError) throw error;
        const fault = describeFault(error);
        this.logger.warn(`the database does not answer: ${fault.message}; next try in ${pauseMs / 1000} s`);
        logFault(this.logger, fault);
        await pause(pauseMs, signal);
      }
    }
  }
}

/** Ends early, and without an error, when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}
