import type { MetricValue, ResultByTime } from '@aws-sdk/client-cost-explorer';
import { eachDay, parseUsd, sumUsd, type Day, type DayWindow, type Usd } from '#libs/domain';
import { IncompleteAnswerError, UnexpectedAnswerError } from './errors.js';
import type { CostRequest } from './requests.js';

/** An amount and the keys that it is grouped by; the row of a total has none. */
export interface AnswerRow {
  readonly keys: readonly string[];
  readonly amountUsd: Usd;
}

export interface AnswerDay {
  readonly rows: readonly AnswerRow[];
  readonly estimated: boolean;
}

/** All that one request was answered, over all its pages. */
export type CostAnswer = ReadonlyMap<Day, AnswerDay>;

/**
 * Merges the results of all pages of a request by (day, keys): a day that ends one page may go on at the top of the
 * next. Amounts under the same keys are added.
 *
 * @throws UnexpectedAnswerError for a day outside the window, an amount that is missing, no number or cannot be, a total
 *   that comes twice, or a currency other than USD.
 */
export function mergeResults(request: CostRequest, window: DayWindow, results: readonly ResultByTime[]): CostAnswer {
  const days = new Map<Day, { rows: Map<string, AnswerRow>; estimated: boolean }>();
  for (const result of results) {
    const day = result.TimePeriod?.Start ?? '';
    if (!(day >= window.from && day < window.until)) {
      throw new UnexpectedAnswerError(request.name, `has a day that was not asked for: ${JSON.stringify(day)}`);
    }
    const merged = days.get(day) ?? { rows: new Map<string, AnswerRow>(), estimated: false };
    days.set(day, merged);
    merged.estimated ||= result.Estimated ?? false;
    // Groups of a day may go on at the top of the next page; a total that comes twice would count twice.
    if (!request.input.GroupBy && merged.rows.size > 0) {
      throw new UnexpectedAnswerError(request.name, `has the total of ${day} twice`);
    }
    for (const { keys, amountUsd } of rowsOf(request, day, result)) {
      const identity = JSON.stringify(keys);
      merged.rows.set(identity, { keys, amountUsd: amountUsd + (merged.rows.get(identity)?.amountUsd ?? 0n) });
    }
  }
  return new Map([...days].map(([day, { rows, estimated }]) => [day, { rows: [...rows.values()], estimated }]));
}

/** @throws IncompleteAnswerError naming the days of the window that the answer does not have. */
export function requireEveryDay(request: CostRequest, window: DayWindow, answer: CostAnswer): void {
  const missing = eachDay(window).filter((day) => !answer.has(day));
  if (missing.length > 0) throw new IncompleteAnswerError(request.name, missing);
}

/** The sum of a day's rows; 0 for a day that the answer does not have. */
export function dayTotalUsd(answer: CostAnswer, day: Day): Usd {
  return sumUsd((answer.get(day)?.rows ?? []).map((row) => row.amountUsd));
}

function rowsOf(request: CostRequest, day: Day, result: ResultByTime): AnswerRow[] {
  if (request.input.GroupBy) {
    return (result.Groups ?? []).map((group) => ({
      keys: group.Keys ?? [],
      amountUsd: amountOf(request, day, group.Metrics?.[request.metric]),
    }));
  }
  // A day on which nothing matched may come without any figure.
  if (Object.keys(result.Total ?? {}).length === 0) return [];
  return [{ keys: [], amountUsd: amountOf(request, day, result.Total?.[request.metric]) }];
}

/** More than AWS itself earns in a day; a hundred of them fit into the database. */
const MOST_USD = parseUsd('100000000');

function amountOf(request: CostRequest, day: Day, value: MetricValue | undefined): Usd {
  if (value?.Amount === undefined) throw new UnexpectedAnswerError(request.name, `lacks ${request.metric} on ${day}`);
  if (value.Unit !== 'USD') {
    throw new UnexpectedAnswerError(request.name, `is in ${value.Unit ?? 'no currency'} on ${day}, not in USD`);
  }
  const amountUsd = parsed(request, day, value.Amount);
  if (amountUsd > MOST_USD || amountUsd < -MOST_USD) {
    throw new UnexpectedAnswerError(request.name, `has on ${day} an amount that cannot be: ${value.Amount} USD`);
  }
  return amountUsd;
}

function parsed(request: CostRequest, day: Day, amount: string): Usd {
  try {
    return parseUsd(amount);
  } catch (error) {
    throw new UnexpectedAnswerError(request.name, `has on ${day} ${(error as Error).message}`);
  }
}
