import { countDays, sumUsd, type Day, type DayWindow, type Usd } from '#libs/domain';
import type { Column, Series } from '../chart/stacked-bars.js';
import { coloursOf, EVERYONE_ELSE, UNALLOCATED } from '../colours.js';
import { ratio } from '../money.js';
import type { Dimension, Step } from '../view.js';
import type { Costs } from './load-costs.js';
import { bucketsOf, startOfStep, windowBefore, type Bucket } from './range.js';

/** A row of the table: a name, and what it cost. */
export interface Row {
  /** Undefined: what no user bears. */
  readonly name: string | undefined;
  readonly label: string;
  readonly total: Usd;
  /** In the days before; undefined: not all of them are stored. */
  readonly before: Usd | undefined;
  readonly share: number | undefined;
  /** One per bar. */
  readonly amounts: readonly Usd[];
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
  /** Days of the window before that are stored. */
  readonly daysBefore: number;
}

const MOST_SERIES = 10;
export const UNALLOCATED_LABEL = 'no user bears it';

/** Bars and rows of the same costs: the sums of both are equal. */
export function summarise({ days, costs }: Costs, window: DayWindow, step: Step, by: Dimension): Summary {
  const buckets = bucketsOf(window, step);
  const places = new Map(buckets.map(({ start }, place) => [start, place]));
  const earlier = windowBefore(window);
  const named = new Map<string | undefined, { amounts: Usd[]; before: Usd }>();
  for (const { day, name, usd } of costs) {
    const sums = named.get(name) ?? { amounts: buckets.map(() => 0n), before: 0n };
    named.set(name, sums);
    const place = places.get(startOfStep(day, step));
    if (day < earlier.from || day >= window.until) continue;
    if (day < window.from) sums.before += usd;
    else if (place !== undefined) sums.amounts[place]! += usd;
  }
  const sums = [...named]
    .map(([name, { amounts, before }]) => ({ name, amounts, before, total: sumUsd(amounts) }))
    .filter(({ before, amounts }) => before !== 0n || amounts.some((usd) => usd !== 0n))
    .sort((one, other) => (one.total === other.total ? 0 : one.total < other.total ? 1 : -1));
  const total = sumUsd(sums.map((sum) => sum.total));
  const top = topOf(sums.flatMap(({ name }) => name ?? []));
  const colours = coloursOf(top);
  const daysBefore = [...days.keys()].filter((day) => day >= earlier.from && day < earlier.until).length;
  const compares = daysBefore === countDays(earlier);
  const rows = sums.map((sum) => ({
    ...sum,
    before: compares ? sum.before : undefined,
    label: sum.name ?? UNALLOCATED_LABEL,
    share: ratio(sum.total, total),
    colour: sum.name === undefined ? UNALLOCATED : colours.get(sum.name),
  }));
  return {
    buckets,
    rows,
    total,
    columns: buckets.map((bucket) => columnOf(bucket, days, by)),
    series: seriesOf(rows, buckets, days),
    before: compares ? sumUsd(sums.map((sum) => sum.before)) : undefined,
    daysBefore,
  };
}

/** As many as have a bar of their own; one more than that many is not worth "everyone else". */
function topOf(names: readonly string[]): readonly string[] {
  return names.length <= MOST_SERIES + 1 ? names : names.slice(0, MOST_SERIES);
}

/** From the bottom of the bars: what no user bears, the highest name and so on, everyone else. */
function seriesOf(rows: readonly Row[], buckets: readonly Bucket[], days: Costs['days']): Series[] {
  const stored = buckets.map((bucket) => bucket.days.some((day) => days.has(day)));
  const shown = (amounts: readonly Usd[]) => amounts.map((usd, place) => (stored[place] ? usd : undefined));
  const own = rows.flatMap(({ name, label, colour, amounts, total }) =>
    colour === undefined
      ? []
      : [{ name: label, key: name, colour, dotted: name === undefined, amounts: shown(amounts), total }],
  );
  const others = rows.filter(({ colour }) => colour === undefined);
  const nobody = own.filter(({ key }) => key === undefined);
  const rest = buckets.map((_, place) => sumUsd(others.map(({ amounts }) => amounts[place]!)));
  const everyoneElse = {
    name: `everyone else (${others.length.toLocaleString('en-US')})`,
    colour: EVERYONE_ELSE,
    amounts: shown(rest),
    total: sumUsd(rest),
  };
  return [...nobody, ...own.filter(({ key }) => key !== undefined), ...(others.length > 0 ? [everyoneElse] : [])];
}

function columnOf({ label, title, days: ofBucket }: Bucket, states: Costs['days'], by: Dimension): Column {
  const known = ofBucket.flatMap((day: Day) => states.get(day) ?? []);
  const needsUsage = by === 'user' || by === 'usergroup';
  const unread = known.filter(({ usage }) => usage === 'missing' || usage === 'unread');
  return {
    label,
    title,
    estimated: known.some(({ estimated }) => estimated),
    gap: known.length === 0 ? 'no costs' : needsUsage && unread.length === known.length ? 'no usage' : undefined,
  };
}
