import type { CostBasis } from '#libs/domain';
import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { SyncRunRow } from './sync-run-row.js';

@Entity('account_costs')
@Check('account_costs_basis', `cost_basis IN ('amortized', 'unblended')`)
export class AccountCostRow {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'account_costs_pkey' })
  cluster!: string;

  @PrimaryColumn('date', { primaryKeyConstraintName: 'account_costs_pkey' })
  day!: string;

  @Column('numeric', { name: 'amount_usd', precision: 20, scale: 10 })
  amountUsd!: string;

  @Column('boolean')
  estimated!: boolean;

  @Column('text', { name: 'cost_basis' })
  costBasis!: CostBasis;

  @Column('text', { name: 'attribution_digest' })
  attributionDigest!: string;

  @ManyToOne(() => SyncRunRow, { nullable: false })
  @JoinColumn({ name: 'run_id', foreignKeyConstraintName: 'account_costs_run_id_fkey' })
  run!: SyncRunRow;
}
