import {
  formatUsd,
  parseUsd,
  type Budget,
  type BudgetEvent,
  type BudgetState,
  type Day,
  type DayWindow,
  type Usd,
} from '#libs/domain';
import type { QueryRunner } from 'typeorm';
import { affectedRows, type RunTransaction } from './run-transaction.js';

/** Whether the webhook is to be told: 'none' is for what nobody waits for. */
export type AlertState = 'pending' | 'none';

export interface BudgetFigure {
  readonly budget: Budget;
  readonly state: BudgetState;
  readonly settledTo: Day | undefined;
  readonly events: readonly (BudgetEvent & { readonly alert: AlertState })[];
}

export interface MonthForecast {
  readonly kind: 'cluster' | 'hub' | 'group' | 'component';
  /** '' for the cluster. */
  readonly name: string;
  readonly month: Day;
  readonly settledTo: Day | undefined;
  readonly spentUsd: Usd | undefined;
  /** Or why it is unknown. */
  readonly forecast: { readonly usd: Usd; readonly range: { lowUsd: Usd; highUsd: Usd } | undefined } | string;
}

/** A day that cost more than usual; of a component of a hub, or of a user. */
export interface Anomaly {
  readonly day: Day;
  readonly hub: string;
  readonly of: { readonly component: string } | { readonly username: string };
  readonly usd: Usd;
  readonly usualUsd: Usd;
  readonly mostUsd: Usd;
  readonly alert: AlertState;
}

/** All that a run derives for budgets. */
export interface BudgetFigures {
  readonly budgets: readonly BudgetFigure[];
  /** Periods of a known budget that ended before this day stay as they are stored. */
  readonly periodsSince: Day;
  readonly forecasts: readonly MonthForecast[];
  readonly anomalies: readonly Anomaly[];
  /** The days that were looked at for anomalies. */
  readonly judged: DayWindow;
}

export interface RecordedBudgetEvent extends BudgetEvent {
  readonly budget: string;
  readonly periodFrom: Day;
}

/** The events of every budget and period; those of one threshold in the order in which they were. */
export async function listBudgetEvents(queryRunner: QueryRunner, cluster: string): Promise<RecordedBudgetEvent[]> {
  const rows: (Omit<RecordedBudgetEvent, 'thresholdUsd' | 'usd'> & { thresholdUsd: string; usd: string })[] =
    await queryRunner.query(
      `SELECT budget, period_from AS "periodFrom", measured AS on, threshold, occurrence, event,
         threshold_usd AS "thresholdUsd", measured_usd AS usd, day
       FROM budget_events WHERE cluster = $1 ORDER BY occurrence`,
      [cluster],
    );
  return rows.map((row) => ({ ...row, thresholdUsd: parseUsd(row.thresholdUsd), usd: parseUsd(row.usd) }));
}

/** Names of the budgets that were looked at before. */
export async function listBudgetNames(queryRunner: QueryRunner, cluster: string): Promise<string[]> {
  const rows: { name: string }[] = await queryRunner.query(`SELECT DISTINCT name FROM budgets WHERE cluster = $1`, [
    cluster,
  ]);
  return rows.map(({ name }) => name);
}

/** Writes what differs from what is stored. @returns the rows written and deleted. */
export async function replaceBudgetFigures(transaction: RunTransaction, figures: BudgetFigures): Promise<number> {
  const { cluster } = transaction;
  const budgets = figures.budgets.map((figure) => budgetRow(cluster, figure));
  const names = [...new Set(budgets.map(({ name }) => name))];
  const forecasts = figures.forecasts.map((forecast) => forecastRow(cluster, forecast));
  const anomalies = figures.anomalies.map((anomaly) => anomalyRow(cluster, anomaly));
  const events = figures.budgets.flatMap((figure) => figure.events.map((event) => eventRow(cluster, figure, event)));
  const { judged, periodsSince } = figures;
  const statements: [string, unknown[]][] = [
    [DELETE_OTHER_BUDGETS, [cluster, JSON.stringify(budgets), names, periodsSince]],
    [INSERT_BUDGETS, [cluster, JSON.stringify(budgets)]],
    [FORGET_ALERTS_OF_REMOVED, [cluster]],
    [DELETE_OTHER_FORECASTS, [cluster, JSON.stringify(forecasts)]],
    [INSERT_FORECASTS, [cluster, JSON.stringify(forecasts)]],
    [DELETE_OTHER_ANOMALIES, [cluster, JSON.stringify(anomalies), judged.from, judged.until]],
    [UPSERT_ANOMALIES, [cluster, JSON.stringify(anomalies)]],
    [INSERT_EVENTS, [JSON.stringify(events)]],
  ];
  let written = 0;
  for (const [statement, values] of statements) written += await affectedRows(transaction, statement, values);
  return written;
}

const DELETE_OTHER_BUDGETS = `
  DELETE FROM budgets stored
  WHERE cluster = $1 AND NOT (name = ANY ($3::text[]) AND period_until <= $4::date)
    AND NOT EXISTS (
      SELECT FROM jsonb_populate_recordset(NULL::budgets, $2::jsonb) given WHERE given IS NOT DISTINCT FROM stored)`;

/** Of rows that conflict Citus counts all: what is stored is left out before. */
const INSERT_BUDGETS = `
  INSERT INTO budgets SELECT given.* FROM jsonb_populate_recordset(NULL::budgets, $2::jsonb) given
  WHERE (name, period_from) NOT IN (SELECT name, period_from FROM budgets WHERE cluster = $1)`;

/** Nobody waits for alerts of a budget that was taken out of the file, should it come back one day. */
const FORGET_ALERTS_OF_REMOVED = `
  UPDATE budget_events SET alert = 'none'
  WHERE cluster = $1 AND alert = 'pending' AND budget NOT IN (SELECT name FROM budgets WHERE cluster = $1)`;

const DELETE_OTHER_FORECASTS = `
  DELETE FROM forecasts stored
  WHERE cluster = $1 AND NOT EXISTS (
    SELECT FROM jsonb_populate_recordset(NULL::forecasts, $2::jsonb) given WHERE given IS NOT DISTINCT FROM stored)`;

const INSERT_FORECASTS = `
  INSERT INTO forecasts SELECT given.* FROM jsonb_populate_recordset(NULL::forecasts, $2::jsonb) given
  WHERE (month, kind, name) NOT IN (SELECT month, kind, name FROM forecasts WHERE cluster = $1)`;

const DELETE_OTHER_ANOMALIES = `
  DELETE FROM anomalies stored
  WHERE cluster = $1 AND day >= $3 AND day < $4 AND NOT EXISTS (
    SELECT FROM jsonb_populate_recordset(NULL::anomalies, $2::jsonb) given
    WHERE (given.day, given.hub, given.component, given.username)
      IS NOT DISTINCT FROM (stored.day, stored.hub, stored.component, stored.username))`;

/** What is said of an anomaly is not taken back when its amount changes. */
const UPSERT_ANOMALIES = `
  INSERT INTO anomalies (cluster, day, hub, component, username, amount_usd, usual_usd, most_usd, alert)
  SELECT cluster, day, hub, component, username, amount_usd, usual_usd, most_usd, alert
  FROM jsonb_populate_recordset(NULL::anomalies, $2::jsonb) given
  WHERE NOT EXISTS (
    SELECT FROM anomalies stored
    WHERE cluster = $1
      AND (stored.day, stored.hub, stored.component, stored.username, stored.amount_usd, stored.usual_usd, stored.most_usd)
        IS NOT DISTINCT FROM
          (given.day, given.hub, given.component, given.username, given.amount_usd, given.usual_usd, given.most_usd))
  ON CONFLICT (cluster, day, hub, component, username) DO UPDATE
    SET amount_usd = excluded.amount_usd, usual_usd = excluded.usual_usd, most_usd = excluded.most_usd`;

const INSERT_EVENTS = `
  INSERT INTO budget_events
    (cluster, budget, period_from, measured, threshold, occurrence, event, threshold_usd, measured_usd, day, alert)
  SELECT cluster, budget, period_from, measured, threshold, occurrence, event, threshold_usd, measured_usd, day, alert
  FROM jsonb_populate_recordset(NULL::budget_events, $1::jsonb)`;

function budgetRow(cluster: string, { budget, state, settledTo }: BudgetFigure) {
  const { name, target, period, amountUsd, spentBeforeUsd } = budget;
  const { spent, forecast } = state;
  const range = 'usd' in forecast ? forecast.range : undefined;
  return {
    cluster,
    name,
    period_from: state.period.from,
    period_until: state.period.until,
    per: typeof period === 'string' ? period : 'once',
    kind: target.kind,
    hub: 'hub' in target ? target.hub : undefined,
    usergroup: target.kind === 'group' ? target.usergroup : undefined,
    username: target.kind === 'user' ? target.username : undefined,
    basis: target.kind === 'hub' ? target.basis : { cluster: 'tagged', group: 'split', user: 'allocated' }[target.kind],
    amount_usd: formatUsd(amountUsd),
    spent_before_usd: formatUsd(spentBeforeUsd),
    settled_to: settledTo,
    spent_usd: 'usd' in spent ? formatUsd(spent.usd) : undefined,
    missing_days: state.missingDays,
    reason: 'reason' in spent ? spent.reason : undefined,
    forecast_usd: 'usd' in forecast ? formatUsd(forecast.usd) : undefined,
    forecast_low_usd: range && formatUsd(range.lowUsd),
    forecast_high_usd: range && formatUsd(range.highUsd),
    forecast_reason: 'reason' in forecast ? forecast.reason : undefined,
    run_out_on: state.runOutOn,
    thresholds: state.thresholds.map(({ threshold, on, usd, passedOn }) => ({
      threshold,
      on,
      usd: Number(formatUsd(usd)),
      passed_on: passedOn ?? null,
    })),
  };
}

function eventRow(cluster: string, { budget, state }: BudgetFigure, event: BudgetFigure['events'][number]) {
  return {
    cluster,
    budget: budget.name,
    period_from: state.period.from,
    measured: event.on,
    threshold: event.threshold,
    occurrence: event.occurrence,
    event: event.event,
    threshold_usd: formatUsd(event.thresholdUsd),
    measured_usd: formatUsd(event.usd),
    day: event.day,
    alert: event.alert,
  };
}

function forecastRow(cluster: string, { kind, name, month, settledTo, spentUsd, forecast }: MonthForecast) {
  const known = typeof forecast === 'string' ? undefined : forecast;
  return {
    cluster,
    month,
    kind,
    name,
    settled_to: settledTo,
    spent_usd: spentUsd === undefined ? undefined : formatUsd(spentUsd),
    forecast_usd: known && formatUsd(known.usd),
    low_usd: known?.range && formatUsd(known.range.lowUsd),
    high_usd: known?.range && formatUsd(known.range.highUsd),
    reason: typeof forecast === 'string' ? forecast : undefined,
  };
}

function anomalyRow(cluster: string, { day, hub, of, usd, usualUsd, mostUsd, alert }: Anomaly) {
  return {
    cluster,
    day,
    hub,
    ...of,
    amount_usd: formatUsd(usd),
    usual_usd: formatUsd(usualUsd),
    most_usd: formatUsd(mostUsd),
    alert,
  };
}
