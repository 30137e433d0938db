import { OperatorError } from '#libs/domain';
import type { QueryRunner } from 'typeorm';
import { affectedRows, type RunTransaction } from './run-transaction.js';
import type { RecordedRun, RunId, RunOutcome, RunStart, SyncSource } from './sync-records.js';

/** The run was closed by another process, which holds the cluster's lock now: nothing that this one writes may stay. */
export class RunTakenOverError extends OperatorError {
  constructor() {
    super('another process took over the cluster and closed this run; what it was storing is rolled back');
  }
}

/** Only the holder of the cluster's lock may call this: whoever else began a run of the cluster is gone. */
export async function failAbandonedRuns(queryRunner: QueryRunner, cluster: string): Promise<void> {
  await queryRunner.query(
    `UPDATE sync_runs SET status = 'failed', error = 'broke off: the process or its connection to the database ended', finished_at = now()
      WHERE cluster = $1 AND status = 'running'`,
    [cluster],
  );
}

export async function insertRun(queryRunner: QueryRunner, cluster: string, start: RunStart): Promise<RunId> {
  const [row]: { id: RunId }[] = await queryRunner.query(
    `INSERT INTO sync_runs (cluster, source, trigger, window_from, window_until) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
    [cluster, start.source, start.trigger, start.window?.from ?? null, start.window?.until ?? null],
  );
  return row!.id;
}

/** @throws RunTakenOverError */
export async function finishRun(transaction: RunTransaction, outcome: RunOutcome, requests: number): Promise<void> {
  await updateRunning(transaction, `status = $3, error = $4, requests = $5, finished_at = now()`, [
    outcome.status,
    outcome.status === 'failed' ? outcome.error : null,
    requests,
  ]);
}

/**
 * Counts changed days in their run, in the transaction that changed them: the counters say what was really stored, and
 * the id and the count are the cluster's data version, by which the API knows that a kept response still stands.
 *
 * @throws RunTakenOverError, which rolls the transaction back.
 */
export async function countChangedDays(transaction: RunTransaction, rowsWritten: number, days = 1): Promise<void> {
  await updateRunning(transaction, `days_changed = days_changed + $3, rows_written = rows_written + $4`, [
    days,
    rowsWritten,
  ]);
}

async function updateRunning(transaction: RunTransaction, set: string, values: readonly unknown[]): Promise<void> {
  const updated = await affectedRows(
    transaction,
    `UPDATE sync_runs SET ${set} WHERE id = $1 AND cluster = $2 AND status = 'running'`,
    [transaction.run, transaction.cluster, ...values],
  );
  if (updated === 0) throw new RunTakenOverError();
}

export async function findLatestRun(
  queryRunner: QueryRunner,
  cluster: string,
  source: SyncSource,
): Promise<RecordedRun | undefined> {
  const [row]: RunRow[] = await queryRunner.query(
    `SELECT id, source, trigger, window_from, window_until, status, requests, days_changed, rows_written::double precision,
       error, started_at, finished_at
     FROM sync_runs WHERE cluster = $1 AND source = $2 ORDER BY started_at DESC, id DESC LIMIT 1`,
    [cluster, source],
  );
  if (!row) return undefined;
  return {
    id: row.id,
    source: row.source,
    trigger: row.trigger,
    window: row.window_from && row.window_until ? { from: row.window_from, until: row.window_until } : undefined,
    status: row.status,
    requests: row.requests,
    daysChanged: row.days_changed,
    rowsWritten: row.rows_written,
    error: row.error ?? undefined,
    startedAt: row.started_at,
    finishedAt: row.finished_at ?? undefined,
  };
}

export async function countSucceededRuns(
  queryRunner: QueryRunner,
  cluster: string,
  source: SyncSource,
): Promise<number> {
  const [row]: { count: number }[] = await queryRunner.query(
    `SELECT count(*)::integer AS count FROM sync_runs WHERE cluster = $1 AND source = $2 AND status = 'succeeded'`,
    [cluster, source],
  );
  return row!.count;
}

interface RunRow extends Pick<RecordedRun, 'id' | 'source' | 'trigger' | 'status' | 'requests'> {
  readonly window_from: string | null;
  readonly window_until: string | null;
  readonly days_changed: number;
  readonly rows_written: number;
  readonly error: string | null;
  readonly started_at: Date;
  readonly finished_at: Date | null;
}
