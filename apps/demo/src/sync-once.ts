import { ConsoleLogger, Logger } from '@nestjs/common';
import { parseSyncConfig, type Environment, type SyncConfig } from '#libs/config';
import { createDataSource, migrate, SyncSession } from '#libs/database';
import { dayOf } from '#libs/domain';
import { dividingMeasures, MEASURES } from '#libs/prometheus';
import { SyncDatabase } from '../../sync/src/database.js';
import { LogProgress, TerminalProgress } from '../../sync/src/progress.js';
import { allSucceeded, formatSummaries, type SourceSummary } from '../../sync/src/run-summary.js';
import { SyncRunner } from '../../sync/src/runner.js';
import { readCosts } from '../../sync/src/steps/read-costs.js';
import { applyAwsSettings } from './demo-environment.js';
import type { DemoCluster } from './start-cluster.js';
import { storeTrueUsage } from './store-true-usage.js';

/**
 * One run of the sync, as `npm run start:sync -- --once` makes it; without a Prometheus the simulated usage is stored in
 * the place of what would have been read. Returns the summary.
 *
 * @param mayFail whether a source may fail, as the story of the demo has it
 * @throws Error with the summary when a source failed and may not.
 */
export async function syncOnce(
  environment: Environment,
  cluster: DemoCluster,
  signal: AbortSignal,
  mayFail = false,
): Promise<string> {
  applyAwsSettings(environment);
  // The summary says what the runs log.
  Logger.overrideLogger(['error', 'fatal']);
  const config = parseSyncConfig(environment);
  const summaries = await (cluster.prometheusUrl === undefined
    ? syncWithoutPrometheus(config, cluster, signal)
    : syncAll(config, signal));
  if (!allSucceeded(summaries) && !mayFail && !signal.aborted)
    throw new Error(`a source failed\n${formatSummaries(summaries)}`);
  return formatSummaries(summaries);
}

async function syncAll(config: SyncConfig, signal: AbortSignal): Promise<readonly SourceSummary[]> {
  const database = new SyncDatabase(config);
  try {
    const result = await new SyncRunner(config, database).run(taskOf(signal));
    if (result === 'locked') throw new DemoLockedError();
    return result;
  } finally {
    await database.onApplicationShutdown();
  }
}

async function syncWithoutPrometheus(
  config: SyncConfig,
  { simulator }: DemoCluster,
  signal: AbortSignal,
): Promise<readonly SourceSummary[]> {
  const dataSource = await createDataSource(config.databaseUrl, { applicationName: 'demo' }).initialize();
  try {
    await migrate(dataSource, MEASURES);
    const session = await SyncSession.open(dataSource, config.clusterName);
    if (!session) throw new DemoLockedError();
    try {
      const policy = { ...config.allocationPolicy, dividedBy: dividingMeasures(MEASURES, config.computeMeasure) };
      const work = { ...taskOf(signal), config, policy, session, today: dayOf(new Date()) };
      const costs = await readCosts(work);
      return signal.aborted ? [costs] : [costs, await storeTrueUsage(work, simulator)];
    } finally {
      await session.close();
    }
  } finally {
    await dataSource.destroy();
  }
}

class DemoLockedError extends Error {
  override readonly message = 'another sync works on the demo database';
}

function taskOf(signal: AbortSignal) {
  const progress = process.stderr.isTTY
    ? new TerminalProgress(process.stderr)
    : new LogProgress(new ConsoleLogger('Sync', { colors: false }), false);
  return { trigger: 'once', signal, progress } as const;
}
