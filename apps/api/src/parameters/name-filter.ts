import type { NameFilter } from '#libs/database/queries';

/** What a query string holds for one parameter: nothing, one value, or several when it is repeated. */
export type RawValue = string | readonly string[] | undefined;

/**
 * The names that a parameter asks for, as dashboards send them: one value, a repeated parameter, or `{a,b}` for several
 * values of one variable. Nothing, an empty value, or `all` in any case among them: no filter.
 */
export function parseNames(raw: RawValue): NameFilter {
  return namesOf(valuesOf(raw).flatMap(bracedNames));
}

/** The same, for names that hold no comma: `a,b` is two names with and without braces. */
export function parseNameList(raw: RawValue): NameFilter {
  return namesOf(valuesOf(raw).flatMap((value) => (bracedList.exec(value)?.[1] ?? value).split(',')));
}

/** The distinct values of a parameter that are not empty. */
export function valuesOf(raw: RawValue): string[] {
  const values = raw === undefined ? [] : typeof raw === 'string' ? [raw] : raw;
  return [...new Set(values)].filter((value) => value !== '');
}

/** Whether Postgres can hold a text at all: a name that it cannot hold is nobody's. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}

const bracedList = /^\{(.*)\}$/s;

function bracedNames(value: string): string[] {
  return bracedList.exec(value)?.[1]?.split(',') ?? [value];
}

function namesOf(values: readonly string[]): NameFilter {
  const names = values.filter((value) => value !== '');
  if (names.length === 0 || names.some((name) => name.toLowerCase() === 'all')) return undefined;
  return [...new Set(names.filter(isStorable))];
}
