import type { DayWindow } from '#libs/domain';
import { z } from 'zod';
import { parseDayRange, today } from './day-range.js';
import { parseNameList, parseNames, valuesOf } from './name-filter.js';

/** The query parameters that endpoints are put together from; each schema also describes its parameter in OpenAPI. */

const raw = z.union([z.string(), z.array(z.string())]).optional();

function single(description: string) {
  return raw.describe(description).transform((value, context) => {
    const [first, ...others] = valuesOf(value);
    if (others.length > 0) context.addIssue({ code: 'custom', message: 'must be given once' });
    return first;
  });
}

function names(description: string) {
  return raw
    .describe(`${description}; absent, empty or \`all\`: no filter. Several: repeat it, or send \`{a,b}\``)
    .transform(parseNames);
}

export const hub = names('Only this hub');
export const component = names('Only this component');
export const user = names('Only this user');

export const usergroup = raw
  .describe('Only these groups, `{a,b}` or `a,b`; absent, empty or `all`: no filter')
  .transform(parseNameList);

/** The N users with the highest total; a whole number above 0. */
export const limit = single('Only the N users with the highest total; absent, empty or `all`: everyone').transform(
  (value, context) => {
    if (value === undefined || value.toLowerCase() === 'all') return undefined;
    if (!/^0*[1-9]\d*$/.test(value.trim())) {
      context.addIssue({ code: 'custom', message: 'must be a whole number above 0' });
    }
    return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
  },
);

/** One of a few words, the first of which is the default. */
export function choice<const Word extends string>(words: readonly [Word, ...Word[]], description: string) {
  return single(description)
    .meta({ description, enum: words })
    .transform((value, context): Word => {
      if (value === undefined) return words[0];
      const word = words.find((known) => known === value);
      if (word === undefined) context.addIssue({ code: 'custom', message: `must be ${words.join(' or ')}` });
      return word ?? words[0];
    });
}

export const groups = choice(
  ['full', 'split'],
  'A person in several groups bears the whole amount in each (`full`), or an even part of it (`split`)',
);

/**
 * The parameters of an endpoint: the range and the cluster that every question has, and its own. Parses to the window
 * of UTC days, the cluster if one is named, and its own parameters.
 */
export function question<Own extends z.ZodRawShape>(own: Own) {
  return z
    .object({
      ...own,
      from: single('First day: ISO date or date-time, converted to a UTC day. Default: 30 days up to `to`'),
      to: single('Last day, inclusive: ISO date or date-time, converted to a UTC day. Default, and at most: today'),
      cluster: single('Default: the configured cluster, else the only one in the database'),
    })
    .transform((asked, context) => {
      const { from, to, ...rest } = asked as typeof asked & { from?: string; to?: string };
      const range = parseDayRange(from, to, today());
      if ('fault' in range) {
        context.addIssue({ code: 'custom', path: [range.fault.parameter], message: range.fault.message });
        return z.NEVER;
      }
      return { ...rest, window: range.window as DayWindow };
    });
}
