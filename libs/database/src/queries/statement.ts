import type { DayWindow } from '#libs/domain';

/**
 * One query of the database. `text` is constant SQL whose SELECT list is the response's columns in the response's order;
 * whatever comes from outside is in `values`, bound to $1, $2, …
 */
export interface Statement {
  /** The cluster that it is about; undefined: all of them. */
  readonly cluster: string | undefined;
  readonly text: string;
  readonly values: readonly unknown[];
  /** SQL of a row's line of CSV, from its columns: where rows are many and wide, the general one takes too long. */
  readonly csvLine?: string;
  /** It joins so many rows that it needs WITHOUT_NESTED_LOOPS. */
  readonly joinsMany?: true;
}

/** What every figure is about: one cluster, over a range of UTC days, as far as the caller may see it. */
export interface Scope {
  readonly cluster: string;
  readonly window: DayWindow;
  /**
   * The hubs that the caller may see; `undefined`: all of them, and what belongs to no hub. Unlike a filter it is no part
   * of the request: whatever is requested, other hubs are not there.
   */
  readonly hubs: NameFilter;
  /** The only user that the caller may see; `undefined`: all of them. As with hubs, others are not there. */
  readonly user?: string | undefined;
  /** Amounts of users and groups are those that come from their hub's tagged cost: what comes from untagged cost is left out. */
  readonly withoutShared?: boolean;
}

/** Only these names count; `undefined`: all of them; an empty list: none. Names that nobody has match nothing. */
export type NameFilter = readonly string[] | undefined;

/** What a filter can name. */
export type NameKind = 'hub' | 'component' | 'user' | 'usergroup' | 'service' | 'instance_type';

/** Only these names count, of everything that a filter can name. */
export type NameFilters = Readonly<Record<NameKind, NameFilter>>;
/** The users that a statement is about: those of its filter that the caller may see. */
export function usersOf({ user }: Scope, filter: NameFilter): NameFilter {
  if (user === undefined) return filter;
  return filter === undefined || filter.includes(user) ? [user] : [];
}

/** Amounts rounded to what an endpoint promises, or with every digit that is kept: those of parts add up to the whole. */
export type Precision = 'rounded' | 'exact';

const KEPT_DECIMALS = 10;

function decimalsOf(precision: Precision, promised: number): number {
  return precision === 'exact' ? KEPT_DECIMALS : promised;
}

/** Whether a person in several groups bears the whole amount in each, or an even part of it. */
export type GroupAmounts = 'full' | 'split';

/**
 * The scope as $1 (cluster), $2 and $3 (days) and $4 (hubs) of a statement, followed by its own values. A statement that
 * forgets the hubs fails: Postgres cannot tell the type of a parameter that is nowhere used.
 */
export function scopedValues(scope: Scope, ...values: readonly unknown[]): readonly unknown[] {
  return [scope.cluster, scope.window.from, scope.window.until, scope.hubs, ...values].map((value) => value ?? null);
}

/** Into which periods the days of a request are added up: UTC days, weeks from Monday, calendar months and quarters, or the whole range. */
export type Step = 'day' | 'week' | 'month' | 'quarter' | 'all';

/** The first day of the period of `day`, cut to the range. $2 and $3 are the range, $5 is the step. */
export const START = `
  CASE $5::text WHEN 'day' THEN day WHEN 'all' THEN $2::date
    ELSE greatest(date_trunc($5, day::timestamp)::date, $2::date) END`;

/** The last day of the period that begins with `start`. */
export const END = `
  CASE $5::text WHEN 'day' THEN start WHEN 'all' THEN $3::date - 1
    ELSE least((date_trunc($5, start::timestamp) +
      CASE $5 WHEN 'quarter' THEN '3 months' ELSE '1 ' || $5 END::interval)::date, $3::date) - 1 END`;

/** Behind the columns of a row, where a step is asked for: the period that it is about, both days inclusive. */
export const PERIOD = `, start, ${END} AS "end"`;

/** The hubs of the scope. */
export const HUBS_IN_SCOPE = `($4::text[] IS NULL OR hub = ANY ($4))`;

/** The days and hubs of the scope. */
export const IN_SCOPE = `cluster = $1 AND day >= $2::date AND day < $3::date AND ${HUBS_IN_SCOPE}`;

/** Whether rows are of periods that may be whole calendar months, whose sums per user are stored. */
export function mayBeMonths(step: Step | undefined): boolean {
  return step === 'month' || step === 'quarter' || step === 'all';
}

/** The months of the range that have such sums, of all days of theirs that are stored. */
export const WHOLE_MONTHS = `cluster = $1 AND first_day >= $2::date AND last_day < $3::date`;

/** The days of the range that are in none of these. `stored`: a view with a row for each day. */
export function daysApart(stored: string): string {
  return `
    cluster = $1 AND day = ANY (ARRAY(
      SELECT day FROM ${stored}
      WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND date_trunc('month', day::timestamp)::date NOT IN (
        SELECT month FROM reporting.rolled_up_months WHERE ${WHOLE_MONTHS})))`;
}

/** How the rows of a cost statement are written. Without a step they are of days, and have no period. */
export interface CostForm {
  readonly precision: Precision;
  readonly step?: Step | undefined;
}

/** The scope, $5 the step and $6 the decimals, followed by the statement's own values. */
export function costValues(
  scope: Scope,
  { step, decimals }: CostDigits,
  ...values: readonly unknown[]
): readonly unknown[] {
  return scopedValues(scope, step ?? 'day', decimals, ...values);
}

/** A step, and how many decimals amounts have. */
export interface CostDigits {
  readonly step: Step | undefined;
  readonly decimals: number;
}

/** What an endpoint promises, unless exact amounts are asked for. */
export function digitsOf({ step, precision }: CostForm, promised: number): CostDigits {
  return { step, decimals: decimalsOf(precision, promised) };
}
