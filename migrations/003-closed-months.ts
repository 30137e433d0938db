import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readSqlFile } from './sql-files.js';

/** Months that are closed, with the rows that are frozen. */
export class ClosedMonths1795996800000 implements MigrationInterface {
  name = 'ClosedMonths1795996800000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(readSqlFile('closed-months.sql'));
  }

  async down(): Promise<void> {
    throw new Error('this migration is not taken back: restore a backup from before it');
  }
}
