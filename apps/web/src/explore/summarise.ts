import { isUnread } from '../api/rows.js';
import { sumUsd, type Day, type Usd } from '#libs/domain';
import type { Column, Series } from '../chart/stacked-bars.js';
import { coloursOf, EVERYONE_ELSE, UNALLOCATED } from '../colours.js';
import { compareUsd, ratio } from '../money.js';
import { DIMENSION_WORDS } from './words.js';
import { MOST_BARS, type Costs, type CostsRequest } from './load-costs.js';
import { bucketsOf, type Bucket } from './range.js';

/** A row of the table: a name, and what it cost. */
export interface Row {
  /** Undefined: what no user bears. */
  readonly name: string | undefined;
  readonly label: string;
  readonly total: Usd;
  /** In the days before; undefined: they cannot be compared. */
  readonly before: Usd | undefined;
  readonly share: number | undefined;
  /** Of its bar; undefined: it is part of everyone else. */
  readonly colour: string | undefined;
}

export interface Summary {
  readonly buckets: readonly Bucket[];
  readonly columns: readonly Column[];
  readonly series: readonly Series[];
  /** The highest first. */
  readonly rows: readonly Row[];
  readonly total: Usd;
  /** As in Row. */
  readonly before: Usd | undefined;
  /** Days of the window that are stored and complete, and those of the window before. */
  readonly daysNow: number;
  readonly daysBefore: number;
  /** Days on which users do not bear all of the cost: of both where they are compared. 0 where the amounts are not of users. */
  readonly daysUnread: number;
}

const MOST_SERIES = MOST_BARS - 1;
export const UNALLOCATED_LABEL = 'no user bears it';

/** Bars and rows of the same costs: the sums of both are equal. */
export function summarise(costs: Costs, { window, step, by, filters }: Omit<CostsRequest, 'own'>): Summary {
  const isOfPeople = [by, ...Object.keys(filters)].some(
    (dimension) => dimension === 'user' || dimension === 'usergroup',
  );
  const buckets = bucketsOf(window, step);
  const names = [...new Set([...costs.totals.keys(), ...(costs.before?.keys() ?? [])])];
  const amounts = names.map((name) => ({ name, total: costs.totals.get(name) ?? 0n, before: beforeOf(costs, name) }));
  const sums = amounts
    .filter(({ total, before }) => total !== 0n || (before ?? 0n) !== 0n)
    .sort((one, other) => compareUsd(other.total, one.total));
  const total = sumUsd(sums.map((sum) => sum.total));
  const top = topOf(sums.filter((sum) => sum.total !== 0n).flatMap(({ name }) => name ?? []));
  const colours = coloursOf(top);
  const rows = sums.map((sum) => ({
    ...sum,
    label: sum.name === undefined ? UNALLOCATED_LABEL : sum.name || `no ${DIMENSION_WORDS[by]}`,
    share: ratio(sum.total, total),
    colour: sum.name === undefined ? UNALLOCATED : colours.get(sum.name),
  }));
  return {
    buckets,
    rows,
    total,
    columns: buckets.map((bucket) => columnOf(bucket, costs.days, isOfPeople)),
    series: seriesOf(rows, buckets, costs),
    before: costs.before && sumUsd(costs.before.values()),
    daysNow: costs.daysNow,
    daysBefore: costs.daysBefore,
    daysUnread: isOfPeople
      ? [...costs.days.values()].filter((day) => isUnread(day) && (costs.before || day.date >= window.from)).length
      : 0,
  };
}

function beforeOf({ before }: Costs, name: string | undefined): Usd | undefined {
  return before && (before.get(name) ?? 0n);
}

/** As many as have a bar of their own; one more than that many is not worth "everyone else". */
function topOf(names: readonly string[]): readonly string[] {
  return names.length <= MOST_BARS ? names : names.slice(0, MOST_SERIES);
}

/** From the bottom of the bars: what no user bears, the highest name and so on, everyone else. */
function seriesOf(rows: readonly Row[], buckets: readonly Bucket[], { bars, sums, days }: Costs): Series[] {
  const stored = buckets.map((bucket) => bucket.days.some((day) => days.has(day)));
  const shown = (amounts: readonly Usd[]) => amounts.map((usd, place) => (stored[place] ? usd : undefined));
  const own = rows
    .filter(({ colour, total }) => colour !== undefined && total !== 0n)
    .map(({ name, label, colour, total }) => ({
      name: label,
      colour: colour!,
      dotted: name === undefined,
      amounts: buckets.map(({ start }) => bars.get(name)?.get(start) ?? 0n),
      total,
    }));
  const others = rows.filter(({ colour, total }) => colour === undefined && total !== 0n).length;
  const rest = buckets.map(
    ({ start }, place) => (sums.get(start) ?? 0n) - sumUsd(own.map(({ amounts }) => amounts[place]!)),
  );
  const everyoneElse = {
    name: `everyone else (${others.toLocaleString('en-US')})`,
    colour: EVERYONE_ELSE,
    amounts: rest,
    total: sumUsd(rest),
  };
  const nobody = own.filter(({ dotted }) => dotted);
  return [...nobody, ...own.filter(({ dotted }) => !dotted), ...(others > 0 ? [everyoneElse] : [])].map((series) => ({
    ...series,
    amounts: shown(series.amounts),
  }));
}

function columnOf({ label, title, days: ofBucket }: Bucket, states: Costs['days'], isOfPeople: boolean): Column {
  const known = ofBucket.flatMap((day: Day) => states.get(day) ?? []);
  const unread = known.filter(isUnread);
  return {
    label,
    title,
    estimated: known.some(({ estimated }) => estimated),
    gap: known.length === 0 ? 'no costs' : isOfPeople && unread.length === known.length ? 'no usage' : undefined,
  };
}
