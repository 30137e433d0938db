import { addDays, countDays, type Day, type DayWindow } from './day.js';
import { mean, median, robustSpread } from './statistics.js';

/** Cost of each day up to a day, in USD: an estimate needs no exact amounts. */
export interface CostHistory {
  /** The last of the days. */
  readonly to: Day;
  /** undefined: not known. */
  readonly usd: readonly (number | undefined)[];
}

/** What days to come are expected to cost. */
export interface Forecast {
  /** Of each day of the window. */
  readonly daysUsd: readonly number[];
  readonly usd: number;
  /** In four of five cases it is between these; undefined: there is too little history to say. */
  readonly range: { readonly lowUsd: number; readonly highUsd: number } | undefined;
  /** Of each day of the history, from the first that cost something on; of a day that is not known, what it is expected to have cost. */
  readonly historyUsd: readonly number[];
}

/** Days before these say nothing of the days to come. */
export const FORECAST_HISTORY_DAYS = 182;

/** Less is unknown: the weekdays need two weeks to be told apart from a trend, and a third to be checked. */
export const LEAST_HISTORY_DAYS = 21;

const WEEK = 7;
const PATTERN_WEEKS = 8;
const LEAST_BEFORE = 14;
/** Halves of a time whose medians differ by less than so many standard errors are of one level. */
const STEADY = 3;
const USUAL_DAYS = 28;
/** A weekday that costs less than this part of the mean says little of the level. */
const LEAST_FACTOR = 0.2;
/** After so many days that cost next to nothing, a cost has stopped. */
const STOPPED_DAYS = 3;
const OUTLIER_SPREADS = 4;
/** What an error is at most in four of five cases is known from four errors on. */
const RANGE = 0.8;
const LEAST_ERRORS = 4;
/** Forecasts of neighbouring days are off alike: thirty of half a year tell as much as all, in a fraction of the time. */
const ENOUGH_ERRORS = 30;

/**
 * Forecasts the cost of a window that begins after the history: the recent level times the pattern of the weekdays. The
 * level is the mean of the last 14 days without outliers; of the last 7 where it has moved since, of the last 3 where the
 * cost has stopped. The range is how far such forecasts of as many days were off in the history itself.
 *
 * Leading days without cost do not count: the cost had not begun. A day that is not known counts as the same weekdays around it.
 *
 * @returns a sentence that says why nothing is known, where the history is too short.
 */
export function forecastCost({ to, usd }: CostHistory, window: DayWindow): Forecast | string {
  const days = sinceFirstCost(usd.slice(-FORECAST_HISTORY_DAYS));
  if (days.length === 0) return 'there was no cost yet';
  const known = days.filter((day) => day !== undefined).length;
  if (known < LEAST_HISTORY_DAYS) return `there are ${known} days of history, and ${LEAST_HISTORY_DAYS} are needed`;
  const history = fillUnknown(days);
  const daysUsd = expectDays(history, countDays({ from: addDays(to, 1), until: window.until })).slice(
    countDays({ from: addDays(to, 1), until: window.from }),
  );
  const sum = daysUsd.reduce((total, day) => total + day, 0);
  const error = usualError(history, daysUsd.length);
  if (error === undefined) return { daysUsd, usd: sum, range: undefined, historyUsd: history };
  const margin = error * usualCost(history) * daysUsd.length;
  return {
    daysUsd,
    usd: sum,
    range: { lowUsd: sum >= 0 ? Math.max(0, sum - margin) : sum - margin, highUsd: sum + margin },
    historyUsd: history,
  };
}

/** The days that follow a history, each the level times the factor of its weekday. */
function expectDays(history: readonly number[], count: number): number[] {
  const factors = weekdayFactors(history);
  const level = recentLevel(history, factors);
  return Array.from({ length: count }, (_, ahead) => level * factors[(history.length + ahead) % WEEK]!);
}

/**
 * What a weekday costs in proportion to its week: the median over the last weeks, drawn to 1 where these are few, or
 * differ among themselves as much as the weekdays do.
 */
function weekdayFactors(history: readonly number[]): number[] {
  const parts: number[][] = Array.from({ length: WEEK }, () => []);
  for (let week = 0, end = history.length; week < PATTERN_WEEKS && end >= WEEK; week += 1, end -= WEEK) {
    const days = history.slice(end - WEEK, end);
    const weekMean = mean(days);
    if (weekMean <= 0) continue;
    days.forEach((usd, at) => parts[(end - WEEK + at) % WEEK]!.push(usd / weekMean));
  }
  const weeks = parts[0]!.length;
  if (weeks < 2) return parts.map(() => 1);
  const medians = parts.map((ofDay) => median(ofDay));
  const middle = mean(medians);
  if (middle <= 0) return parts.map(() => 1);
  const factors = medians.map((part) => part / middle);
  const between = mean(factors.map((factor) => (factor - 1) ** 2));
  const within = mean(parts.map((ofDay) => robustSpread(ofDay) ** 2));
  const trust = between > 0 ? Math.max(0, 1 - within / (weeks * between)) : 0;
  return factors.map((factor) => 1 + (factor - 1) * trust);
}

function recentLevel(history: readonly number[], factors: readonly number[]): number {
  const days = history
    .map((usd, at) => ({ usd, factor: factors[at % WEEK]! }))
    .slice(-PATTERN_WEEKS * WEEK)
    .filter(({ factor }) => factor >= LEAST_FACTOR)
    .map((day) => ({ ...day, level: day.usd / day.factor }));
  const levels = days.map(({ level }) => level);
  const weekdays = factors.filter((factor) => factor >= LEAST_FACTOR).length;
  const count = countRecentDays(levels, weekdays);
  const recent = days.slice(-count);
  const middle = median(recent.map(({ level }) => level));
  const spread = Math.max(
    robustSpread(
      recent.map(({ level }) => level),
      middle,
    ),
    0.05 * Math.abs(middle),
  );
  const kept = recent.filter(({ level }) => Math.abs(level - middle) <= OUTLIER_SPREADS * spread);
  return mean(kept.map(({ usd }) => usd)) / mean(kept.map(({ factor }) => factor));
}

/** How many of the last days say what the level is by now: a week, doubled as long as the halves agree. */
function countRecentDays(levels: readonly number[], weekdays: number): number {
  const usual = Math.abs(median(levels));
  if (levels.slice(-STOPPED_DAYS).every((level) => Math.abs(level) < 0.1 * usual)) return STOPPED_DAYS;
  let count = weekdays;
  while (2 * count <= levels.length && isSteady(levels.slice(-2 * count), 0.08 * usual)) count *= 2;
  return count;
}

function isSteady(levels: readonly number[], tolerance: number): boolean {
  const half = levels.length >> 1;
  const [before, after] = [levels.slice(0, half), levels.slice(half)];
  const spread = (robustSpread(before) + robustSpread(after)) / 2;
  return Math.abs(median(before) - median(after)) <= Math.max(tolerance, STEADY * spread * Math.sqrt(2 / half));
}

/**
 * How far a forecast of so many days is off in four of five cases, in proportion to the usual cost of as many days: by the
 * forecasts that would have been made on the days of the history, of fewer days where it is short.
 */
function usualError(history: readonly number[], count: number): number | undefined {
  const days = Math.min(count, Math.max(WEEK, Math.floor((history.length - LEAST_BEFORE) / 2)));
  const errors: number[] = [];
  const step = Math.max(1, Math.floor((history.length - days - LEAST_BEFORE) / ENOUGH_ERRORS));
  for (let at = history.length - days; at >= LEAST_BEFORE; at -= step) {
    const before = history.slice(0, at);
    const usual = usualCost(before);
    if (usual <= 0) continue;
    const expected = expectDays(before, days).reduce((sum, usd) => sum + usd, 0);
    const actual = history.slice(at, at + days).reduce((sum, usd) => sum + usd, 0);
    errors.push(Math.abs(expected - actual) / (usual * days));
  }
  if (errors.length < LEAST_ERRORS) return undefined;
  errors.sort((one, other) => one - other);
  return errors[Math.min(errors.length, Math.ceil(RANGE * (errors.length + 1))) - 1];
}

function usualCost(history: readonly number[]): number {
  return mean(history.slice(-USUAL_DAYS));
}

function sinceFirstCost(usd: readonly (number | undefined)[]): readonly (number | undefined)[] {
  const first = usd.findIndex((amount) => amount !== undefined && amount !== 0);
  return first === -1 ? [] : usd.slice(first);
}

/** For a day that is not known the mean of the nearest same weekdays before and after it; of the nearest days, where there is none. */
function fillUnknown(days: readonly (number | undefined)[]): number[] {
  const nearest = (at: number, step: number): number[] => {
    for (let other = at + step; other >= 0 && other < days.length; other += step) {
      const usd = days[other];
      if (usd !== undefined) return [usd];
    }
    return [];
  };
  return days.map((usd, at) => {
    if (usd !== undefined) return usd;
    const around = [...nearest(at, -WEEK), ...nearest(at, WEEK)];
    return mean(around.length > 0 ? around : [...nearest(at, -1), ...nearest(at, 1)]);
  });
}
