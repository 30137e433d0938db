import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readSqlFile } from './sql-files.js';

/** Budgets, forecasts and anomalies, and the source of the runs that write them. */
export class Budgets1795910400000 implements MigrationInterface {
  name = 'Budgets1795910400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(readSqlFile('budgets.sql'));
    await queryRunner.query(`ALTER TABLE sync_runs DROP CONSTRAINT sync_runs_source`);
    await queryRunner.query(
      `ALTER TABLE sync_runs ADD CONSTRAINT sync_runs_source
         CHECK (source IN ('cost-explorer', 'prometheus', 'allocation', 'budgets'))`,
    );
  }

  async down(): Promise<void> {
    throw new Error('this migration is not taken back: restore a backup from before it');
  }
}
