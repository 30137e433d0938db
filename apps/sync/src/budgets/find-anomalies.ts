import type { Anomaly, DayCost } from '#libs/database';
import {
  addDays,
  ANOMALY_HISTORY_DAYS,
  eachDay,
  estimated,
  formatUsd,
  LEAST_ANOMALY_USD,
  usualCostAfter,
  type Day,
  type DayWindow,
} from '#libs/domain';
import type { SyncWork } from '../task.js';
import type { KnownDays } from './known-days.js';

export const JUDGED_DAYS = 31;
/** Nobody waits for news of older days. */
const NEWS_DAYS = 3;

/** The days that are judged anew by each run: costs change for weeks. */
export function judgedDays({ settledTo }: KnownDays, today: Day): DayWindow {
  const until = addDays(settledTo ?? today, 1);
  return { from: addDays(until, -JUDGED_DAYS), until };
}

/** Days that cost far more than usual, by component of a hub and by user. */
export async function findAnomalies(
  { session, config }: SyncWork,
  known: KnownDays,
  judged: DayWindow,
): Promise<Anomaly[]> {
  const window = { from: addDays(judged.from, -ANOMALY_HISTORY_DAYS), until: judged.until };
  const notable = { since: judged.from, leastUsd: LEAST_ANOMALY_USD };
  const ofHubs = await session.listCostSeries('hub component', window);
  const ofUsers = await session.listNotableUserSeries(window, notable);
  const isTold = config.webhook !== undefined;
  return [
    ...eachSeries(ofHubs).flatMap((costs) =>
      judge(costs, ({ name }) => ({ component: name }), known.days, window, isTold),
    ),
    ...eachSeries(ofUsers).flatMap((costs) =>
      judge(costs, ({ name }) => ({ username: name }), known.withUsage, window, isTold),
    ),
  ];
}

function judge(
  costs: readonly DayCost[],
  placeOf: (cost: DayCost) => Anomaly['of'],
  known: ReadonlySet<Day>,
  window: DayWindow,
  isTold: boolean,
): Anomaly[] {
  const byDay = new Map(costs.map((cost) => [cost.day, cost]));
  const days = eachDay(window);
  const usd = days.map((day) => (known.has(day) ? Number(formatUsd(byDay.get(day)?.usd ?? 0n)) : undefined));
  const anomalies: Anomaly[] = [];
  for (let at = ANOMALY_HISTORY_DAYS; at < days.length; at += 1) {
    const cost = byDay.get(days[at]!);
    const usual = cost && known.has(cost.day) ? usualCostAfter(usd.slice(at - ANOMALY_HISTORY_DAYS, at)) : undefined;
    if (!cost || !usual || usd[at]! <= usual.mostUsd) continue;
    // The second day of the same is no news.
    const isNews = at >= days.length - NEWS_DAYS && anomalies.at(-1)?.day !== days[at - 1];
    anomalies.push({
      day: cost.day,
      hub: cost.hub,
      of: placeOf(cost),
      usd: cost.usd,
      usualUsd: estimated(usual.usualUsd),
      mostUsd: estimated(usual.mostUsd),
      alert: isTold && isNews ? 'pending' : 'none',
    });
  }
  return anomalies;
}

function eachSeries(costs: readonly DayCost[]): DayCost[][] {
  const series = new Map<string, DayCost[]>();
  for (const cost of costs) {
    const key = JSON.stringify([cost.hub, cost.name]);
    const own = series.get(key);
    if (own) own.push(cost);
    else series.set(key, [cost]);
  }
  return [...series.values()];
}
