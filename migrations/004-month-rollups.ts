import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readSqlFile } from './sql-files.js';

export class MonthRollups1796083200000 implements MigrationInterface {
  name = 'MonthRollups1796083200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(readSqlFile('month-rollups.sql'));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE month_rollups, month_costs, month_usage`);
  }
}
