import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readSqlFile } from './sql-files.js';

/** Every table. Not edited after version 0.3.0: what comes later is a migration of its own. */
export class Baseline1795824000000 implements MigrationInterface {
  name = 'Baseline1795824000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(readSqlFile('tables.sql'));
  }

  async down(): Promise<void> {
    throw new Error('the first migration is not taken back: drop the database instead');
  }
}
