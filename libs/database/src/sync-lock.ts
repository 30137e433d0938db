import { hostname } from 'node:os';
import type { ClientBase } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';

/** Who holds a cluster's lock, as far as they have said so. */
export interface LockHolder {
  readonly holder: string;
  readonly since: Date;
}

/**
 * The lock of one cluster: its row of sync_locks, held FOR UPDATE in a transaction on a connection of its own. Only a role
 * that may update the table can hold it, and it goes with its connection, however that ends.
 */
export class SyncLock {
  private constructor(private readonly queryRunner: QueryRunner) {}

  /** `undefined`: another process holds it. */
  static async acquire(dataSource: DataSource, cluster: string): Promise<SyncLock | undefined> {
    const queryRunner = dataSource.createQueryRunner();
    try {
      await queryRunner.query(`INSERT INTO sync_locks (cluster) VALUES ($1) ON CONFLICT (cluster) DO NOTHING`, [
        cluster,
      ]);
      // Committed before the row is held, so that others can read who holds it.
      await queryRunner.startTransaction();
      await queryRunner.query(HOLD, [cluster]);
      await queryRunner.query(`UPDATE sync_locks SET holder = $2, since = now() WHERE cluster = $1`, [
        cluster,
        `${hostname()}, process ${process.pid}`,
      ]);
      await queryRunner.commitTransaction();
      await queryRunner.startTransaction();
      await queryRunner.query(`SET LOCAL idle_in_transaction_session_timeout = 0`);
      await queryRunner.query(HOLD, [cluster]);
      return new SyncLock(queryRunner);
    } catch (error) {
      await release(queryRunner);
      if (isHeldElsewhere(error)) return undefined;
      throw error;
    }
  }

  /** Whether the connection is gone, and the lock with it. */
  get isLost(): boolean {
    return this.queryRunner.isReleased;
  }

  async release(): Promise<void> {
    await release(this.queryRunner);
  }
}

/** Who holds the cluster's lock; undefined: nobody ever did. */
export async function findLockHolder(dataSource: DataSource, cluster: string): Promise<LockHolder | undefined> {
  const [row]: LockHolder[] = await dataSource.query(
    `SELECT holder, since FROM sync_locks WHERE cluster = $1 AND holder IS NOT NULL`,
    [cluster],
  );
  return row;
}

const HOLD = `SELECT FROM sync_locks WHERE cluster = $1 FOR UPDATE NOWAIT`;

/** Nothing is lost with it; of a database that hangs it would wait as long as for any statement before the connection is cut. */
const ROLLBACK = { text: 'ROLLBACK', query_timeout: 5_000 };

/** SQLSTATE lock_not_available. */
export function isHeldElsewhere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '55P03';
}

async function release(queryRunner: QueryRunner): Promise<void> {
  if (queryRunner.isReleased) return;
  if (queryRunner.isTransactionActive) {
    const client = (await queryRunner.connect()) as ClientBase;
    await client.query(ROLLBACK).catch(() => undefined);
  }
  await queryRunner.release();
}
