import { addDays, countDays, eachDay, sumUsd, type Day, type DayWindow, type Usd } from '#libs/domain';
import { fetchCosts } from '../api/allocation.js';
import { fetchJson } from '../api/client.js';
import type { DayState } from '../api/rows.js';
import { today } from '../days.js';
import type { Dimension, Filters, Step } from '../view.js';
import { windowBefore } from './range.js';

/** More than have a bar of their own: one that would be alone among "everyone else" gets one too. */
export const MOST_BARS = 11;

/** What the explorer shows. A name that is undefined stands for what no user bears. */
export interface Costs {
  readonly days: ReadonlyMap<Day, DayState>;
  readonly totals: ReadonlyMap<string | undefined, Usd>;
  /** Undefined: not all days of the range and of the one before it are stored and complete, so that the two are of unequal length. */
  readonly before: ReadonlyMap<string | undefined, Usd> | undefined;
  readonly daysNow: number;
  readonly daysBefore: number;
  /** By name and the first day of the bar: those with the highest totals, and what no user bears. */
  readonly bars: ReadonlyMap<string | undefined, ReadonlyMap<Day, Usd>>;
  /** Of each bar, by its first day. */
  readonly sums: ReadonlyMap<Day, Usd>;
}

export interface CostsRequest {
  readonly window: DayWindow;
  readonly by: Dimension;
  readonly step: Step;
  readonly filters: Filters;
  /** Who sees their own costs alone is not told what is known of the days: all count as read and final. */
  readonly own: boolean;
}

export async function loadCosts(asked: CostsRequest, signal: AbortSignal): Promise<Costs> {
  const { window, by, step, filters, own } = asked;
  const earlier = windowBefore(window);
  const range = { from: earlier.from, to: addDays(window.until, -1) };
  const [days, totals, before, bars, sums] = await Promise.all([
    own ? assumedDays(range) : fetchJson<DayState[]>('days', range, signal),
    // A group's part of a person is rounded by day and by month: added up, the parts differ in the tenth decimal.
    fetchCosts({ window, by: [by], filters, step: by === 'usergroup' ? step : undefined }, signal),
    fetchCosts({ window: earlier, by: [by], filters }, signal),
    fetchCosts({ window, by: [by], step, filters, limit: MOST_BARS }, signal),
    fetchCosts({ window, by: ['cluster'], step, filters }, signal),
  ]);
  const complete = days.filter((day) => day.complete);
  const daysBefore = complete.filter(({ date }) => date < window.from).length;
  const daysNow = complete.length - daysBefore;
  const length = countDays(window);
  return {
    days: new Map(days.map((day) => [day.date, day])),
    totals: summed(totals, ({ name }) => name),
    before: daysNow === length && daysBefore === length ? summed(before, ({ name }) => name) : undefined,
    daysNow,
    daysBefore,
    bars: barsOf(bars),
    sums: summed(sums, ({ start }) => start),
  };
}

/** Every name's bars, for the table as CSV. */
export async function loadAllBars({ window, by, step, filters }: CostsRequest, signal: AbortSignal) {
  return barsOf(await fetchCosts({ window, by: [by], step, filters }, signal));
}

interface Bar {
  readonly start: Day;
  readonly name: string | undefined;
  readonly usd: Usd;
}

function barsOf(costs: readonly Bar[]): Costs['bars'] {
  const byName = Map.groupBy(costs, ({ name }) => name);
  return new Map([...byName].map(([name, ofName]) => [name, summed(ofName, ({ start }) => start)]));
}

/** What no user bears comes in a row for each reason. */
function summed<Key>(costs: readonly Bar[], keyOf: (cost: Bar) => Key): Map<Key, Usd> {
  const byKey = Map.groupBy(costs, keyOf);
  return new Map([...byKey].map(([key, ofKey]) => [key, sumUsd(ofKey.map(({ usd }) => usd))]));
}

function assumedDays({ from, to }: Record<'from' | 'to', Day>): DayState[] {
  const days = eachDay({ from, until: addDays(to, 1) });
  return days.map((date) => ({ date, estimated: false, complete: date < today(), usage: 'final' }));
}
