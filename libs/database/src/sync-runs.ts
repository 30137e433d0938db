import type { QueryRunner } from 'typeorm';
import { CHANGE_CHANNEL } from './change-channel.js';
import { SyncRunRow } from './entities/sync-run-row.js';
import type { RecordedRun, RunId, RunOutcome, RunStart, SyncSource } from './sync-records.js';

/** Only the holder of the cluster's lock may call this: whoever else began a run of the cluster is gone. */
export async function failAbandonedRuns(queryRunner: QueryRunner, cluster: string): Promise<void> {
  await queryRunner.query(
    `UPDATE sync_runs SET status = 'failed', error = 'broke off: the process or its connection to the database ended', finished_at = now()
      WHERE cluster = $1 AND status = 'running'`,
    [cluster],
  );
}

/** The first run of a cluster is announced: whoever asks without a name may no longer mean the only one. */
export async function insertRun(queryRunner: QueryRunner, cluster: string, start: RunStart): Promise<RunId> {
  const [row]: { id: RunId }[] = await queryRunner.query(
    `INSERT INTO sync_runs (cluster, source, trigger, window_from, window_until) VALUES ($1, $2, $3, $4, $5)
     RETURNING id, CASE WHEN NOT EXISTS (SELECT FROM sync_runs WHERE cluster = $1) THEN pg_notify('${CHANGE_CHANNEL}', '') END`,
    [cluster, start.source, start.trigger, start.window?.from ?? null, start.window?.until ?? null],
  );
  return row!.id;
}

export async function finishRun(
  queryRunner: QueryRunner,
  run: RunId,
  outcome: RunOutcome,
  requests: number,
): Promise<void> {
  await queryRunner.query(
    `UPDATE sync_runs SET status = $2, error = $3, requests = $4, finished_at = now() WHERE id = $1`,
    [run, outcome.status, outcome.status === 'failed' ? outcome.error : null, requests],
  );
}

/**
 * Counts a changed day in its run and announces it, in the transaction that changed it: the counters say what was really
 * stored, and whoever keeps answers in memory learns of the change when it can be read.
 */
export async function countChangedDay(queryRunner: QueryRunner, run: RunId, rowsWritten: number): Promise<void> {
  await queryRunner.query(
    `UPDATE sync_runs SET days_changed = days_changed + 1, rows_written = rows_written + $2 WHERE id = $1
     RETURNING pg_notify('${CHANGE_CHANNEL}', cluster)`,
    [run, rowsWritten],
  );
}

export async function findLatestRun(
  queryRunner: QueryRunner,
  cluster: string,
  source: SyncSource,
): Promise<RecordedRun | undefined> {
  const row = await queryRunner.manager.findOne(SyncRunRow, {
    where: { cluster, source },
    order: { startedAt: 'DESC', id: 'DESC' },
  });
  if (!row) return undefined;
  return {
    id: row.id,
    source: row.source,
    trigger: row.trigger,
    window: row.windowFrom && row.windowUntil ? { from: row.windowFrom, until: row.windowUntil } : undefined,
    status: row.status,
    requests: row.requests,
    daysChanged: row.daysChanged,
    rowsWritten: Number(row.rowsWritten),
    error: row.error ?? undefined,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt ?? undefined,
  };
}
