import type { UsageDataset } from '#libs/domain';
import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { UsageDayStatus } from '../sync-records.js';
import { SyncRunRow } from './sync-run-row.js';

@Entity('usage_days')
@Check('usage_days_dataset', `dataset IN ('compute', 'home storage', 'memberships')`)
@Check('usage_days_status', `status IN ('provisional', 'final', 'missing')`)
@Check('usage_days_coverage', `coverage BETWEEN 0 AND 1`)
@Check('usage_days_detail', `(status = 'missing') = (detail IS NOT NULL)`)
export class UsageDayRow {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'usage_days_pkey' })
  cluster!: string;

  @PrimaryColumn('date', { primaryKeyConstraintName: 'usage_days_pkey' })
  day!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'usage_days_pkey' })
  dataset!: UsageDataset;

  @Column('text')
  status!: UsageDayStatus;

  @Column('numeric', { precision: 5, scale: 4 })
  coverage!: string;

  @Column('text', { nullable: true })
  detail!: string | null;

  @Column('timestamptz', { name: 'read_at' })
  readAt!: Date;

  @ManyToOne(() => SyncRunRow, { nullable: false })
  @JoinColumn({ name: 'run_id', foreignKeyConstraintName: 'usage_days_run_id_fkey' })
  run!: SyncRunRow;
}
