import { addDays, firstOfMonth, type Day } from '#libs/domain';
import { fetchCosts, fetchTrends, type Cost, type Trend } from '../api/allocation.js';
import { fetchJson } from '../api/client.js';
import type { Anomaly, Budget, DayState, Forecast, Health } from '../api/rows.js';
import { today } from '../days.js';
import { periodsOf, type Periods } from './periods.js';

export interface Overview {
  readonly periods: Periods;
  readonly days: readonly DayState[];
  /** By hub and day, from the first day that is compared. */
  readonly hubCosts: readonly Cost[];
  /** Of the last 30 days, by group: with the reason where no user bears it. */
  readonly borne: readonly Cost[];
  readonly componentTrends: readonly Trend[];
  readonly userTrends: readonly Trend[];
  readonly lastReadAt: string | null;
  /** The period of each budget that today is in. */
  readonly budgets: readonly Budget[];
  /** Of the whole cluster, for the month of the last complete day; undefined: there is none, or it is not for this reader. */
  readonly forecast: Forecast | undefined;
  /** Of the last 30 days. */
  readonly anomalies: readonly Anomaly[];
}

const MOST_TRENDS = 8;

/** Everything of the first screen; undefined: no complete day is stored yet. */
export async function loadOverview(signal: AbortSignal): Promise<Overview | undefined> {
  const [days, health] = await Promise.all([
    fetchJson<DayState[]>('days', { from: firstOfMonth(today(), -2) }, signal),
    fetchJson<Health>('health', {}, signal),
  ]);
  const lastReadAt = lastReadOf(health);
  const last = days.findLast(({ complete }) => complete)?.date;
  if (last === undefined) return undefined;
  const periods = periodsOf(last);
  const until = addDays(last, 1);
  const trends = { window: periods.week, limit: MOST_TRENDS };
  const [hubCosts, borne, componentTrends, userTrends, budgets, forecasts, anomalies] = await Promise.all([
    fetchCosts({ window: { from: earliest(periods), until }, by: ['hub'], step: 'day' }, signal),
    fetchCosts({ window: periods.chart, by: ['usergroup'] }, signal),
    fetchTrends({ ...trends, by: ['hub', 'component'] }, signal),
    fetchTrends({ ...trends, by: ['user', 'hub'] }, signal),
    fetchJson<Budget[]>('budgets', {}, signal),
    fetchJson<Forecast[]>('forecast', { by: 'cluster' }, signal),
    fetchJson<Anomaly[]>('anomalies', {}, signal),
  ]);
  return {
    periods,
    days,
    hubCosts,
    borne,
    componentTrends: componentTrends.filter(isRise),
    userTrends: userTrends.filter((trend) => isRise(trend) && trend.row.user !== null),
    lastReadAt,
    budgets: budgets.filter(({ from, to }) => from <= today() && to >= today()),
    forecast: forecasts.find(({ from, forecast }) => from === periods.month.from && forecast !== null),
    anomalies,
  };
}

function isRise({ now, before }: Trend): boolean {
  return now > before;
}

function earliest({ monthBefore, chart, weekBefore }: Periods): Day {
  return [monthBefore.from, chart.from, weekBefore.from].sort()[0]!;
}

function lastReadOf(health: Health): string | null {
  const syncs = health.details['syncs'] as { sources?: { source: string; lastSuccessAt: string | null }[] } | undefined;
  return syncs?.sources?.find(({ source }) => source === 'cost-explorer')?.lastSuccessAt ?? null;
}
