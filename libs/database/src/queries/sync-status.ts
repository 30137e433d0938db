import type { Statement } from './statement.js';

/** The last finished run of a source for a cluster, and when one last succeeded. */
export interface SyncStatus {
  readonly cluster: string;
  readonly source: string;
  readonly last_status: 'succeeded' | 'failed';
  readonly last_started_at: Date;
  readonly last_error: string | null;
  readonly last_success_at: Date | null;
}

/** Every source of every cluster: rows of SyncStatus. */
export function syncStatus(): Statement {
  return {
    cluster: undefined,
    text: `
      SELECT cluster, source, last_status, last_started_at, last_error, last_success_at
      FROM reporting.sync_status
      ORDER BY cluster COLLATE "C", source COLLATE "C"`,
    values: [],
  };
}
