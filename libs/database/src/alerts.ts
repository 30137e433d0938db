import { parseUsd, type Day, type Measured, type Usd } from '#libs/domain';
import type { QueryRunner } from 'typeorm';
import { affectedRows, type RunTransaction } from './run-transaction.js';

/** What the webhook has not been told yet. The key names its row. */
export type PendingAlert = PendingBudgetAlert | PendingAnomalyAlert;

export interface PendingBudgetAlert {
  readonly kind: 'budget';
  readonly key: Readonly<Record<string, string | number>>;
  readonly budget: string;
  readonly event: 'passed' | 'under';
  readonly on: Measured;
  readonly threshold: string;
  readonly day: Day;
  readonly from: Day;
  /** The last day of the period. */
  readonly to: Day;
  readonly usd: Usd;
  readonly amountUsd: Usd;
}

export interface PendingAnomalyAlert {
  readonly kind: 'anomaly';
  readonly key: Readonly<Record<string, string | null>>;
  readonly day: Day;
  readonly hub: string;
  readonly component: string | null;
  readonly username: string | null;
  readonly usd: Usd;
  readonly usualUsd: Usd;
}

/** In the order in which they came to be. */
export async function listPendingAlerts(queryRunner: QueryRunner, cluster: string): Promise<PendingAlert[]> {
  const events: (Omit<PendingBudgetAlert, 'kind' | 'key' | 'usd' | 'amountUsd'> & {
    occurrence: number;
    usd: string;
    amountUsd: string;
  })[] = await queryRunner.query(
    `SELECT e.budget, e.event, e.measured AS on, e.threshold, e.occurrence, e.day, e.period_from AS from,
       b.period_until - 1 AS to, e.measured_usd AS usd, b.amount_usd AS "amountUsd"
     FROM budget_events e
     JOIN budgets b ON b.cluster = e.cluster AND b.name = e.budget AND b.period_from = e.period_from
     WHERE e.cluster = $1 AND e.alert = 'pending'
     ORDER BY e.seen_at, e.budget, e.day, e.threshold_usd, e.occurrence`,
    [cluster],
  );
  const anomalies: (Omit<PendingAnomalyAlert, 'kind' | 'key' | 'usd' | 'usualUsd'> & {
    usd: string;
    usualUsd: string;
  })[] = await queryRunner.query(
    `SELECT day, hub, component, username, amount_usd AS usd, usual_usd AS "usualUsd"
     FROM anomalies WHERE cluster = $1 AND alert = 'pending' ORDER BY day, amount_usd DESC, hub, component, username`,
    [cluster],
  );
  return [
    ...events.map(({ occurrence, usd, amountUsd, ...event }): PendingBudgetAlert => {
      const { budget, from, on, threshold } = event;
      const key = { budget, from, on, threshold, occurrence };
      return { kind: 'budget', key, ...event, usd: parseUsd(usd), amountUsd: parseUsd(amountUsd) };
    }),
    ...anomalies.map(({ usd, usualUsd, ...place }): PendingAnomalyAlert => {
      return { kind: 'anomaly', key: { ...place }, ...place, usd: parseUsd(usd), usualUsd: parseUsd(usualUsd) };
    }),
  ];
}

/** Before an alert is sent. A process that lost the cluster to another finds out here, and sends nothing. */
export async function recordAlertAttempt(transaction: RunTransaction, alert: PendingAlert): Promise<void> {
  await update(transaction, alert, 'attempts = attempts + 1');
}

export async function recordAlertSent(transaction: RunTransaction, alert: PendingAlert): Promise<number> {
  return update(transaction, alert, `alert = 'sent', sent_at = now()`);
}

/** Once there is no webhook, nobody waits for an alert. */
export async function dropPendingAlerts(transaction: RunTransaction): Promise<number> {
  const { cluster } = transaction;
  let dropped = 0;
  for (const table of ['budget_events', 'anomalies']) {
    const statement = `UPDATE ${table} SET alert = 'none' WHERE cluster = $1 AND alert = 'pending'`;
    dropped += await affectedRows(transaction, statement, [cluster]);
  }
  return dropped;
}

async function update(transaction: RunTransaction, { kind, key }: PendingAlert, set: string): Promise<number> {
  const where = kind === 'budget' ? EVENT : ANOMALY;
  const columns = kind === 'budget' ? EVENT_KEY : ANOMALY_KEY;
  return affectedRows(transaction, `${where.replace('{set}', set)}`, [
    transaction.cluster,
    ...columns.map((column) => key[column] ?? null),
  ]);
}

const EVENT_KEY = ['budget', 'from', 'on', 'threshold', 'occurrence'];
const EVENT = `
  UPDATE budget_events SET {set}
  WHERE cluster = $1 AND budget = $2 AND period_from = $3 AND measured = $4 AND threshold = $5 AND occurrence = $6
    AND alert = 'pending'`;

const ANOMALY_KEY = ['day', 'hub', 'component', 'username'];
const ANOMALY = `
  UPDATE anomalies SET {set}
  WHERE cluster = $1 AND day = $2 AND hub = $3 AND component IS NOT DISTINCT FROM $4::text
    AND username IS NOT DISTINCT FROM $5::text AND alert = 'pending'`;
