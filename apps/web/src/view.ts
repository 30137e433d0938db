import { addDays, isDay } from '#libs/domain';
import { useEffect, useState } from 'preact/hooks';
import { today } from './days.js';

export const DIMENSIONS = ['hub', 'component', 'user', 'usergroup', 'instance_type', 'service'] as const;
export type Dimension = (typeof DIMENSIONS)[number];
export const STEPS = ['day', 'week', 'month'] as const;
export type Step = (typeof STEPS)[number];
export const PAGES = ['overview', 'explore', 'user', 'group'] as const;
export type Page = (typeof PAGES)[number];
export type Filters = Readonly<Partial<Record<Dimension, readonly string[]>>>;

/** All that the page shows, as the URL says it: a link shows the same to a colleague. */
export interface View {
  readonly page: Page;
  /** A preset, or `first..last` in days. */
  readonly range: string;
  readonly step: Step;
  readonly by: Dimension;
  readonly filters: Filters;
  /** A column of the table; with `-` before it, the highest first. */
  readonly sort: string;
}

export const FIRST_VIEW: View = { page: 'overview', range: '30d', step: 'day', by: 'hub', filters: {}, sort: '-total' };

/** A name that no filter can ask for: it means no filter. */
export function isAll(name: string): boolean {
  return name.toLowerCase() === 'all';
}

export function parseView(search: string): View {
  const query = new URLSearchParams(search);
  const oneOf = <Word extends string>(name: string, words: readonly Word[], otherwise: Word) =>
    words.find((word) => word === query.get(name)) ?? otherwise;
  // As with the REST endpoints, an empty filter is none, and so is one with `all` in it.
  const filters = DIMENSIONS.map((name) => [name, query.getAll(name).filter(Boolean)] as const).filter(
    ([, values]) => values.length > 0 && !values.some(isAll),
  );
  return {
    page: oneOf('page', PAGES, FIRST_VIEW.page),
    range: query.get('range') ?? rangeOfRest(query) ?? FIRST_VIEW.range,
    step: oneOf('step', STEPS, FIRST_VIEW.step),
    by: oneOf('by', DIMENSIONS, FIRST_VIEW.by),
    filters: Object.fromEntries(filters),
    sort: query.get('sort') ?? FIRST_VIEW.sort,
  };
}

/** What a link means that was written as for the REST endpoints: days, or date-times in UTC; until today at the latest. */
function rangeOfRest(query: URLSearchParams): string | undefined {
  const dayOf = (name: string) => query.get(name)?.replace(/T[\d:.]+Z$/, '');
  const last = dayOf('to');
  const to = last === undefined || (isDay(last) && last > today()) ? today() : last;
  const from = dayOf('from') ?? (query.has('to') && isDay(to) ? addDays(to, -29) : '');
  return isDay(from) && isDay(to) ? `${from}..${to}` : undefined;
}

/** `?page=explore&by=user&hub=prod`: what differs from the first view, in one order. */
export function searchOf(view: View): string {
  const query = new URLSearchParams();
  for (const name of ['page', 'range', 'step', 'by', 'sort'] as const) {
    if (view[name] !== FIRST_VIEW[name]) query.set(name, view[name]);
  }
  for (const name of DIMENSIONS) for (const value of view.filters[name] ?? []) query.append(name, value);
  const text = query.toString();
  return text === '' ? '.' : `?${text}`;
}

const MOVED = 'view-moved';

/** Shows another view, as following a link to it does: Back returns. */
export function go(view: View): void {
  history.pushState(null, '', searchOf(view));
  dispatchEvent(new Event(MOVED));
}

/** The same from the top, for a control that the next view does not have: the focus would be lost with it. */
export function leaveFor(view: View): void {
  go(view);
  document.getElementById('main')?.focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** The view of the URL, whenever it changes. */
export function useView(): View {
  const [search, setSearch] = useState(location.search);
  useEffect(() => {
    const moved = () => setSearch(location.search);
    addEventListener('popstate', moved);
    addEventListener(MOVED, moved);
    return () => {
      removeEventListener('popstate', moved);
      removeEventListener(MOVED, moved);
    };
  }, []);
  return parseView(search);
}
