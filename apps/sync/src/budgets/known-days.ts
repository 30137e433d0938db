import type { DayCost, ReadDay } from '#libs/database';
import {
  addDays,
  countDays,
  eachDay,
  FORECAST_HISTORY_DAYS,
  forecastCost,
  formatUsd,
  type BudgetCost,
  type Day,
  type DayWindow,
  type Usd,
} from '#libs/domain';
import type { SyncWork } from '../task.js';

/** Cost Explorer needs a day after the end of one to complete it. */
const DAYS_TO_SETTLE = 2;
/** What was known so long ago says nothing of the days to come. */
const OLDEST_DAYS = 7;

/** The days whose cost is settled, in order, and what is known of who bears it. */
export interface KnownDays {
  readonly days: ReadonlyMap<Day, Omit<ReadDay, 'day'>>;
  readonly settledTo: Day | undefined;
}

/** Whose cost it is: it is known without usage, or bears on the usage of some hubs, or on their groups too. */
export type Bearers = { readonly by: 'tag' } | { readonly by: 'usage' | 'groups'; readonly hubs: Iterable<string> };

export async function readKnownDays({ session, today }: SyncWork, since: Day): Promise<KnownDays> {
  const rows = await session.listReadDays({ from: since, until: addDays(today, 1 - DAYS_TO_SETTLE) });
  return { days: new Map(rows.map(({ day, ...read }) => [day, read])), settledTo: rows.at(-1)?.day };
}

/** The days of which it is known who bears their cost. */
export function borneDays({ days }: KnownDays, bearers: Bearers): ReadonlySet<Day> {
  if (bearers.by === 'tag') return new Set(days.keys());
  const hubs = new Set(bearers.hubs);
  const ofHubs = (unread: readonly string[]) => unread.some((hub) => hubs.has(hub));
  const isBorne = ({ isUsageRead, areGroupsRead, homesUnread, groupsUnread }: Omit<ReadDay, 'day'>) =>
    isUsageRead && !ofHubs(homesUnread) && (bearers.by === 'usage' || (areGroupsRead && !ofHubs(groupsUnread)));
  return new Set([...days].filter(([, read]) => isBorne(read)).map(([day]) => day));
}

/** The cost of each known day, and the forecast of a period's days after them. */
export function costOf(
  known: KnownDays,
  borne: ReadonlySet<Day>,
  costs: readonly DayCost[],
  period: DayWindow,
  today: Day,
): BudgetCost {
  const byDay = new Map<Day, Usd>([...known.days.keys()].map((day) => [day, 0n]));
  for (const { day, usd } of costs) {
    const sum = byDay.get(day);
    if (sum !== undefined) byDay.set(day, sum + usd);
  }
  const { settledTo } = known;
  return { days: byDay, borne, settledTo, forecast: forecastOf(settledTo, borne, byDay, period, today) };
}

function forecastOf(
  settledTo: Day | undefined,
  borne: ReadonlySet<Day>,
  byDay: ReadonlyMap<Day, Usd>,
  period: DayWindow,
  today: Day,
) {
  if (settledTo === undefined) return 'no day is settled yet';
  const next = addDays(settledTo, 1);
  if (period.until <= next) return 'the period is over';
  const newest = [...borne].at(-1);
  if (newest === undefined) return 'usage of no day was read';
  const age = countDays({ from: newest, until: today });
  if (age > OLDEST_DAYS) {
    return `the newest settled day${newest === settledTo ? '' : ' whose usage was read'} is ${age} days old`;
  }
  const days = eachDay({ from: addDays(next, -FORECAST_HISTORY_DAYS), until: next });
  const usd = days.map((day) => (borne.has(day) ? Number(formatUsd(byDay.get(day)!)) : undefined));
  return forecastCost({ to: settledTo, usd }, { from: period.from > next ? period.from : next, until: period.until });
}

/** Where somebody bears some of these costs. */
export function hubsOf(costs: readonly DayCost[]): Set<string> {
  return new Set(costs.map(({ hub }) => hub));
}
