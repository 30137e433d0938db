import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { RunStatus, SyncSource, SyncTrigger } from '../sync-records.js';

@Entity('sync_runs')
@Index('sync_runs_latest', ['cluster', 'source', 'startedAt'])
@Check('sync_runs_source', `source IN ('cost-explorer', 'prometheus', 'allocation')`)
@Check('sync_runs_trigger', `trigger IN ('schedule', 'startup', 'once', 'backfill')`)
@Check('sync_runs_status', `status IN ('running', 'succeeded', 'failed')`)
@Check('sync_runs_finished', `(status = 'running') = (finished_at IS NULL)`)
@Check('sync_runs_failed', `(status = 'failed') = (error IS NOT NULL)`)
export class SyncRunRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'sync_runs_pkey',
  })
  id!: string;

  @Column({ type: 'text', collation: 'C' })
  cluster!: string;

  @Column('text')
  source!: SyncSource;

  @Column('text')
  trigger!: SyncTrigger;

  @Column('date', { name: 'window_from', nullable: true })
  windowFrom!: string | null;

  @Column('date', { name: 'window_until', nullable: true })
  windowUntil!: string | null;

  @Column('text', { default: 'running' })
  status!: RunStatus;

  @Column('integer', { default: 0 })
  requests!: number;

  @Column('integer', { name: 'days_changed', default: 0 })
  daysChanged!: number;

  @Column('bigint', { name: 'rows_written', default: 0 })
  rowsWritten!: string;

  @Column('text', { nullable: true })
  error!: string | null;

  @Column('timestamptz', { name: 'started_at', default: () => 'now()' })
  startedAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}
