import type { NameFilter } from '#libs/database/queries';

/** What a query string holds for one parameter: nothing, one value, or several when it is repeated. */
export type RawValue = string | readonly string[] | undefined;

/** How many values of a list may belong to one name, and how many names are looked up at most for one value. */
const PARTS_OF_A_NAME = 16;
const MOST_CANDIDATES = 8_000;

/** The distinct values of a parameter that are not empty. */
export function valuesOf(raw: RawValue): string[] {
  const values = raw === undefined ? [] : typeof raw === 'string' ? [raw] : raw;
  return [...new Set(values)].filter((value) => value !== '');
}

/** The values of a filter as they were sent. Nothing, or `all` in any case among them: undefined, no filter. */
export function parseNames(raw: RawValue): readonly string[] | undefined {
  const values = valuesOf(raw);
  return values.length === 0 || values.some(isAll) ? undefined : values;
}

/** What may be a name that holds a comma or braces: to be looked up before the values are split. */
export function listCandidates(values: readonly string[]): string[] {
  return [...new Set(values.filter(isList).flatMap((value) => [value, ...joinedParts(partsOf(value))]))].filter(
    isStorable,
  );
}

/**
 * The names that the values ask for. A value that is a known name is that name, commas and braces and all. Only otherwise
 * `{a,b}` and `a,b` are split; parts that together are a known name stay together.
 */
export function splitNames(values: readonly string[], known: ReadonlySet<string>): NameFilter {
  const names = values.flatMap((value) =>
    known.has(value) || !isList(value) ? [value] : split(partsOf(value), known),
  );
  if (names.length === 0 || names.some(isAll)) return undefined;
  return [...new Set(names.filter(isStorable))];
}

/** Whether Postgres can hold a text at all: a name that it cannot hold is nobody's. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}

const BRACED = /^\{(.*)\}$/s;

function isAll(value: string): boolean {
  return value.toLowerCase() === 'all';
}

function isList(value: string): boolean {
  return value.includes(',') || BRACED.test(value);
}

/** The parts between commas. A list without braces that has no part at all is a name, of commas. */
function partsOf(value: string): string[] {
  const braced = BRACED.exec(value)?.[1];
  const parts = (braced ?? value).split(',');
  return braced === undefined && parts.every((part) => part === '') ? [value] : parts;
}

function split(parts: readonly string[], known: ReadonlySet<string>): string[] {
  const names: string[] = [];
  for (let at = 0; at < parts.length;) {
    let count = Math.min(longestName(parts), parts.length - at);
    while (count > 1 && !known.has(parts.slice(at, at + count).join(','))) count -= 1;
    names.push(parts.slice(at, at + count).join(','));
    at += count;
  }
  return names.filter((name) => name !== '');
}

/** Neighbours that may be one name. */
function joinedParts(parts: readonly string[]): string[] {
  const counts = Array.from({ length: longestName(parts) }, (_, count) => count + 1);
  return parts.flatMap((_, at) =>
    counts.filter((count) => at + count <= parts.length).map((count) => parts.slice(at, at + count).join(',')),
  );
}

/** Less of a very long list, so that the work is bounded. */
function longestName(parts: readonly string[]): number {
  return Math.max(1, Math.min(PARTS_OF_A_NAME, parts.length, Math.floor(MOST_CANDIDATES / parts.length)));
}
