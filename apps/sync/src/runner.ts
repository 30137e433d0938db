import { Inject, Injectable } from '@nestjs/common';
import { syncConfig, type SyncConfig } from '#libs/config';
import { knownCostWindow } from '#libs/cost-explorer';
import { migrate, SYNC_SOURCES, SyncSession, type RecordedRun, type SyncSource } from '#libs/database';
import { dayOf } from '#libs/domain';
import { dividingMeasures, MEASURES } from '#libs/prometheus';
import { reasonToCatchUp } from './catch-up.js';
import { SyncDatabase } from './database.js';
import { usageWindow } from './plan-usage.js';
import type { SourceSummary } from './run-summary.js';
import { closeMonths } from './steps/close-months.js';
import { keepBudgets } from './steps/keep-budgets.js';
import { costReadingBasis, readCosts } from './steps/read-costs.js';
import { readUsage } from './steps/read-usage.js';
import { reallocate } from './steps/reallocate.js';
import type { SyncTask, SyncWork } from './task.js';

/** `locked`: another process is at work on the cluster. */
export type RunResult = 'locked' | readonly SourceSummary[];

/** One run over all sources, from migrating to the summary. */
@Injectable()
export class SyncRunner {
  constructor(
    @Inject(syncConfig.KEY) private readonly config: SyncConfig,
    private readonly database: SyncDatabase,
  ) {}

  /** A source that fails is in the summary and does not keep the others from their turn. @throws without a database. */
  async run(task: SyncTask): Promise<RunResult> {
    return this.withSession(task, runSources);
  }

  /**
   * As `run`, when the stored days or the last runs give a reason to. Else only budgets, whose file may have changed, and alerts
   * that wait: an empty summary where that changes nothing.
   */
  async runIfBehind(task: SyncTask, onReason: (reason: string) => void): Promise<RunResult> {
    return this.withSession(task, async (work) => {
      const reason = await findReason(work);
      if (reason === undefined) return keepBudgetsAlone(work);
      onReason(reason);
      return runSources(work);
    });
  }

  private async withSession(
    task: SyncTask,
    work: (work: SyncWork) => Promise<readonly SourceSummary[]>,
  ): Promise<RunResult> {
    const dataSource = await this.database.connect();
    await migrate(dataSource, MEASURES);
    const session = await SyncSession.open(dataSource, this.config.clusterName);
    if (!session) return 'locked';
    try {
      const policy = {
        ...this.config.allocationPolicy,
        dividedBy: dividingMeasures(MEASURES, this.config.computeMeasure),
      };
      return await work({ ...task, config: this.config, policy, session, today: dayOf(new Date()) });
    } finally {
      // A session that cannot be closed has lost its connection, and with it the lock; why is in the error on its way.
      await session.close().catch(() => undefined);
    }
  }
}

async function runSources(work: SyncWork): Promise<readonly SourceSummary[]> {
  const summaries: SourceSummary[] = [];
  for (const step of [readCosts, readUsage, reallocate, closeMonths, keepBudgets]) {
    if (work.signal.aborted) break;
    const summary = await step(work);
    if (summary) summaries.push(summary);
  }
  return summaries;
}

async function keepBudgetsAlone(work: SyncWork): Promise<readonly SourceSummary[]> {
  const summary = await keepBudgets(work);
  return summary.status === 'skipped' ? [] : [summary];
}

async function findReason({ config, policy, session, today }: SyncWork): Promise<string | undefined> {
  const latestRuns = new Map<SyncSource, RecordedRun>();
  for (const source of SYNC_SOURCES) {
    // Budgets are looked at in any case, and cost nothing.
    if (source === 'budgets') continue;
    const run = await session.findLatestRun(source);
    if (run) latestRuns.set(source, run);
  }
  return reasonToCatchUp(today, costReadingBasis(config), {
    latestRuns,
    costDays: await session.listCostDays(knownCostWindow(today)),
    firstCostDay: await session.findFirstCostDay(knownCostWindow(today).from),
    usageDays: await session.listUsageDays(usageWindow(today)),
    daysWithOtherPolicy: await session.listDaysWithOtherPolicy(policy),
  });
}
