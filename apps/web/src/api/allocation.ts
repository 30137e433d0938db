import { addDays, type Day, type DayWindow, type Usd } from '#libs/domain';
import { readUsd } from '../money.js';
import type { Dimension, Filters, Step } from '../view.js';
import { address, failureOf, request } from './client.js';
import type { AllocationRow, TrendRow } from './rows.js';

/** Cost of the first of the dimensions that were asked for; the others are in `row`. */
export interface Cost {
  readonly start: Day;
  /** Undefined: of no name, since no user bears it. */
  readonly name: string | undefined;
  readonly reason: string | undefined;
  readonly usd: Usd;
  readonly direct: Usd;
  readonly row: AllocationRow;
}

export interface Trend {
  readonly row: TrendRow;
  readonly before: Usd;
  readonly now: Usd;
}

export interface AllocationRequest {
  readonly window: DayWindow;
  readonly by: readonly (Dimension | 'cluster')[];
  readonly filters?: Filters;
  /** Undefined: the window as one. */
  readonly step?: Step | undefined;
  readonly limit?: number;
}

const STEP_WORDS: Readonly<Record<Step, string>> = { day: '1d', week: '1w', month: '1M' };

export async function fetchCosts(asked: AllocationRequest, signal: AbortSignal): Promise<Cost[]> {
  const rows = await fetchExact<AllocationRow>('allocation', asked, signal);
  const [first] = asked.by;
  return rows.map((row) => {
    const name = first === undefined || first === 'cluster' ? '' : row[first];
    return {
      start: row.start,
      name: name ?? undefined,
      reason: row.reason ?? undefined,
      usd: readUsd(row.cost),
      direct: readUsd(row.direct),
      row,
    };
  });
}

/** What rose most in the window against the same time before, the most first; nothing where some of the days are not stored. */
export async function fetchTrends(asked: AllocationRequest, signal: AbortSignal): Promise<Trend[]> {
  const rows = await fetchExact<TrendRow>('allocation/trends', asked, signal);
  return rows.flatMap((row) =>
    row.before === null || row.now === null ? [] : [{ row, before: readUsd(row.before), now: readUsd(row.now) }],
  );
}

async function fetchExact<Row>(path: string, asked: AllocationRequest, signal: AbortSignal): Promise<Row[]> {
  const { window, by, filters = {}, step, limit } = asked;
  const parameters = {
    window: `${window.from},${addDays(window.until, -1)}`,
    aggregate: by.join(','),
    step: step && STEP_WORDS[step],
    limit: limit === undefined ? undefined : String(limit),
    precision: 'exact',
    ...filters,
  };
  const response = await request(address(path, parameters), { signal });
  if (!response.ok) throw await failureOf(response);
  return JSON.parse(await response.text(), keepDigits as (key: string, value: unknown) => unknown) as Row[];
}

/** Numbers as they were sent, where the browser can tell: a float would round an amount above $100,000. */
function keepDigits(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined ? context.source : value;
}
