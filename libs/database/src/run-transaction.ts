import type { QueryRunner } from 'typeorm';
import type { RunId } from './sync-records.js';

/** A transaction that writes a day of a cluster for a run. */
export interface RunTransaction {
  readonly queryRunner: QueryRunner;
  readonly cluster: string;
  readonly run: RunId;
}

/** Runs a statement and returns the number of rows that it inserted, updated or deleted. */
export async function affectedRows(
  { queryRunner }: Pick<RunTransaction, 'queryRunner'>,
  sql: string,
  parameters: readonly unknown[],
): Promise<number> {
  const result = await queryRunner.query(sql, [...parameters], true);
  return result.affected ?? 0;
}
