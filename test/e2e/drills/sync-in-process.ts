import { parseSyncConfig } from '#libs/config';
import { SyncDatabase } from '../../../apps/sync/src/database.js';
import type { SourceSummary } from '../../../apps/sync/src/run-summary.js';
import { SyncRunner } from '../../../apps/sync/src/runner.js';
import type { SyncTask } from '../../../apps/sync/src/task.js';

const SILENT = { begin: () => {}, show: () => {}, end: () => {} };

/** One run, as `--once` makes it, without the second that a process takes to start. AWS's settings are the process's. */
export async function syncInProcess(
  variables: Readonly<Record<string, string>>,
  more: Partial<SyncTask> = {},
): Promise<Record<SourceSummary['source'], SourceSummary>> {
  const config = parseSyncConfig(variables);
  const database = new SyncDatabase(config);
  try {
    const signal = new AbortController().signal;
    const result = await new SyncRunner(config, database).run({ trigger: 'once', signal, progress: SILENT, ...more });
    if (result === 'locked') throw new Error('another sync works on the cluster');
    return Object.fromEntries(result.map((summary) => [summary.source, summary])) as never;
  } finally {
    await database.onApplicationShutdown();
  }
}
