import type { Anomaly, DayCost } from '#libs/database';
import {
  addDays,
  ANOMALY_HISTORY_DAYS,
  eachDay,
  estimated,
  formatUsd,
  LEAST_ANOMALY_USD,
  parseUsd,
  usualCostAfter,
  type Day,
  type DayWindow,
  type Usd,
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
  const context = { days: eachDay(window), isTold: config.webhook !== undefined };
  return [
    ...byPlace(ofHubs).flatMap(([{ hub, name }, costs]) => {
      const byDay = new Map(costs.map(({ day, usd }) => [day, usd]));
      const amounts = context.days.map((day) => (known.days.has(day) ? (byDay.get(day) ?? 0n) : undefined));
      return judge({ hub, of: { component: name } }, amounts, context);
    }),
    ...ofUsers.flatMap(({ hub, username, offsets, usd }) => {
      const amounts = context.days.map((day): Usd | undefined => (known.days.get(day)?.isUsageRead ? 0n : undefined));
      offsets.forEach((offset, at) => {
        if (amounts[offset] !== undefined) amounts[offset] = parseUsd(usd[at]!);
      });
      return judge({ hub, of: { username } }, amounts, context);
    }),
  ];
}

/** @param amounts of each day, the judged ones last; undefined: not known. */
function judge(
  place: Pick<Anomaly, 'hub' | 'of'>,
  amounts: readonly (Usd | undefined)[],
  { days, isTold }: { readonly days: readonly Day[]; readonly isTold: boolean },
): Anomaly[] {
  const usd = amounts.map((amount) => (amount === undefined ? undefined : Number(formatUsd(amount))));
  const anomalies: Anomaly[] = [];
  for (let at = ANOMALY_HISTORY_DAYS; at < days.length; at += 1) {
    // Most days cost less than any anomaly.
    if (!(usd[at]! > LEAST_ANOMALY_USD)) continue;
    const usual = usualCostAfter(usd.slice(at - ANOMALY_HISTORY_DAYS, at));
    if (!usual || usd[at]! <= usual.mostUsd) continue;
    // The second day of the same is no news.
    const isNews = at >= days.length - NEWS_DAYS && anomalies.at(-1)?.day !== days[at - 1];
    anomalies.push({
      ...place,
      day: days[at]!,
      usd: amounts[at]!,
      usualUsd: estimated(usual.usualUsd),
      mostUsd: estimated(usual.mostUsd),
      alert: isTold && isNews ? 'pending' : 'none',
    });
  }
  return anomalies;
}

function byPlace(costs: readonly DayCost[]): [DayCost, DayCost[]][] {
  const series = new Map<string, [DayCost, DayCost[]]>();
  for (const cost of costs) {
    const key = JSON.stringify([cost.hub, cost.name]);
    const own = series.get(key);
    if (own) own[1].push(cost);
    else series.set(key, [cost, [cost]]);
  }
  return [...series.values()];
}
