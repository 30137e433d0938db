import type { DayWindow } from '#libs/domain';
import { z } from 'zod';
import { parseDayRange, today } from './day-range.js';
import { parseNameList, parseNames, valuesOf, type RawValue } from './name-filter.js';

/** The query parameters that endpoints are put together from; each schema also describes its parameter in OpenAPI. */

/** A parameter that may be repeated. */
const repeatable = z.union([z.string(), z.array(z.string())]).optional();

/** A parameter that holds one value; an empty one counts as absent, as dashboards send an unset variable. */
function single<Inner extends z.ZodType>(inner: Inner) {
  return z.preprocess((value: RawValue, context) => {
    const [first, ...others] = valuesOf(value);
    if (others.length > 0) context.addIssue({ code: 'custom', message: 'must be given once' });
    return first;
  }, inner);
}

function text(description: string) {
  return single(z.string().optional().describe(description));
}

function names(description: string) {
  return repeatable
    .describe(`${description}; absent, empty or \`all\`: no filter. Several: repeat it, or send \`{a,b}\``)
    .transform(parseNames);
}

export const hub = names('Only this hub');
export const component = names('Only this component');
export const user = names('Only this user');

export const usergroup = repeatable
  .describe('Only these groups, `{a,b}` or `a,b`; absent, empty or `all`: no filter')
  .transform(parseNameList);

export const limit = single(
  z
    .string()
    .regex(/^(0*[1-9]\d*|all)$/i, 'must be a whole number above 0')
    .optional()
    .describe('Only the N users with the highest total; absent, empty or `all`: everyone'),
).transform((text) =>
  text === undefined || text.toLowerCase() === 'all' ? undefined : Math.min(Number(text), Number.MAX_SAFE_INTEGER),
);

/** One of a few words, the first of which is the default. */
export function choice<const Words extends readonly [string, ...string[]]>(words: Words, description: string) {
  const first: Words[number] = words[0];
  return single(
    z
      .enum(words, `must be ${words.join(' or ')}`)
      .default(first as never)
      .describe(description),
  );
}

export const groups = choice(
  ['full', 'split'],
  'A person in several groups bears the whole amount in each (`full`), or an even part of it (`split`)',
);

const format = choice(['json', 'csv'], 'JSON, or CSV with a header line for spreadsheets');

export const precision = choice(
  ['rounded', 'exact'],
  'Amounts rounded, or with every digit that is kept (`exact`), so that parts add up to the whole',
);

/**
 * The parameters of an endpoint: the range, the cluster and the format that every request for figures has, and its own. Parses to the
 * window of UTC days, the cluster if one is named, the format, and its own parameters.
 */
export function figureRequest<Own extends z.ZodRawShape>(own: Own) {
  return z
    .object({
      ...own,
      from: text('First day: ISO date or date-time, converted to a UTC day. Default: 30 days up to `to`'),
      to: text('Last day, inclusive: ISO date or date-time, converted to a UTC day. Default, and at most: today'),
      cluster: text('Default: the configured cluster, else the only one in the database'),
      format,
    })
    .transform((given, context) => {
      const { from, to, ...rest } = given as typeof given & { from?: string; to?: string };
      const range = parseDayRange(from, to, today());
      if ('fault' in range) {
        context.addIssue({ code: 'custom', path: [range.fault.parameter], message: range.fault.message });
        return z.NEVER;
      }
      return { ...rest, window: range.window as DayWindow };
    });
}
