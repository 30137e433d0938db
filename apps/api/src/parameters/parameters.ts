import type { Step } from '#libs/database/queries';
import type { DayWindow } from '#libs/domain';
import { z } from 'zod';
import { parseDayRange, today, type ParameterFault } from './day-range.js';
import { isStorable, parseNames, valuesOf, type RawValue } from './name-filter.js';
import { parseWindow } from './window.js';

/** The query parameters that endpoints are put together from; each schema also describes its parameter in OpenAPI. */

/** OpenCost's words are known too. */
const STEPS = {
  day: 'day',
  '1d': 'day',
  week: 'week',
  '1w': 'week',
  month: 'month',
  '1M': 'month',
  all: 'all',
} as const satisfies Readonly<Record<string, Step>>;
const STEP_WORDS = Object.keys(STEPS) as (keyof typeof STEPS)[];

/** A parameter that may be repeated. */
export const repeatable = z.union([z.string(), z.array(z.string())]).optional();

/** A parameter that holds one value; an empty one counts as absent, as dashboards send an unset variable. */
export function single<Inner extends z.ZodType>(inner: Inner, read = (word: string) => word) {
  return z.preprocess((value: RawValue, context) => {
    const [first, ...others] = valuesOf(value);
    if (others.length > 0) context.addIssue({ code: 'custom', message: 'must be given once' });
    return first === undefined ? undefined : read(first);
  }, inner);
}

/** As OpenCost reads true and false: Python's clients send `True`, others `1`. */
export function asBoolean(word: string): string {
  const lower = word.toLowerCase();
  return { '1': 'true', t: 'true', '0': 'false', f: 'false' }[lower] ?? lower;
}

function text(description: string) {
  return single(z.string().optional().describe(description));
}

function names(description: string) {
  return repeatable
    .describe(
      `${description}; absent, empty or \`all\`: no filter. Several: repeat it, or send \`{a,b}\` or \`a,b\`. ` +
        'A name that holds commas or braces is taken whole',
    )
    .transform(parseNames);
}

export const hub = names('Only this hub');
export const component = names('Only this component');
export const user = names('Only this user');
export const usergroup = names('Only this group');

export const service = names('Only this AWS service, as Cost Explorer names it');
export const instanceType = names('Only this EC2 instance type');

export function limitOf(description: string) {
  return single(
    z
      .string()
      .regex(/^(0*[1-9]\d*|all)$/i, 'must be a whole number above 0')
      .optional()
      .describe(description),
  ).transform((text) =>
    text === undefined || text.toLowerCase() === 'all' ? undefined : Math.min(Number(text), Number.MAX_SAFE_INTEGER),
  );
}

export const limit = limitOf('Only the N users with the highest total; absent, empty or `all`: everyone');

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
  'A person in several groups is counted whole in each of them, so that sums over groups exceed the total (`full`), ' +
    'or in even parts, which add up to the total (`split`)',
);

/** Undefined: none is asked for. */
export function stepOf(byDefault: string) {
  return single(
    z
      .enum(STEP_WORDS, `must be ${STEP_WORDS.join(', ')}`)
      .optional()
      .describe(
        'Adds up days (`day`, `1d`), weeks from Monday (`week`, `1w`), calendar months (`month`, `1M`) or the whole range ' +
          `(\`all\`), each cut to the range; \`start\` and \`end\` are its first and last day. ${byDefault}`,
      ),
  ).transform((word) => (word === undefined ? undefined : STEPS[word]));
}

export const step = stepOf('Default: rows of days, without `start` and `end`');

export const unallocated = choice(
  ['exclude', 'include'],
  '`include`: also what no user bears, as rows without a user, with their `reason`, so that rows add up to the cluster cost',
).transform((word) => word === 'include');

export const per = choice(
  ['user', 'person'],
  'Whom `limit` counts as one: a name on one hub (`user`), or the same name on all hubs (`person`)',
);

/** One name, which is taken whole; `all` is none. */
export function name(description: string) {
  return single(
    z
      .string()
      .refine(isStorable, 'is nobody’s name')
      .optional()
      .describe(`${description}; absent, empty or \`all\`: all`),
  ).transform((one) => (one?.toLowerCase() === 'all' ? undefined : one));
}

export const version = (description: string) =>
  single(
    z
      .string()
      .regex(/^[1-9]\d{0,8}$/, 'must be a whole number above 0')
      .optional()
      .describe(description),
  ).transform((text) => (text === undefined ? undefined : Number(text)));

const format = choice(['json', 'csv'], 'JSON, or CSV with a header line for spreadsheets');

const bom = choice(
  ['no', 'yes'],
  '`yes`: CSV begins with the mark by which Excel reads names like `maría` when you open the file',
).transform((word) => word === 'yes');

export const precision = choice(
  ['rounded', 'exact'],
  'Amounts rounded, or with every digit that is kept (`exact`), so that parts add up to the whole',
);

export const cluster = text('Default: the configured cluster, else the only one in the database');

/** What every request for figures has, beside the days that it is about. */
const everyFigure = {
  cluster,
  format,
  bom,
};

/**
 * The parameters of an endpoint: the range, the cluster and the format that every request for figures has, and its own. Parses to the
 * window of UTC days, the cluster if one is named, the format, and its own parameters.
 */
export function figureRequest<Own extends z.ZodRawShape>(own: Own) {
  return known({
    from: text('First day: ISO date or date-time, converted to a UTC day. Default: 30 days up to `to`'),
    to: text('Last day, inclusive: ISO date or date-time, converted to a UTC day. Default, and at most: today'),
    ...everyFigure,
    ...own,
  }).transform((given, context) => {
    const { from, to, ...rest } = given as typeof given & { from?: string; to?: string };
    return withWindow(rest, parseDayRange(from, to, today()), context);
  });
}

/** The same, with OpenCost's `window` instead of a range. */
export function windowRequest<Own extends z.ZodRawShape>(own: Own) {
  return known({
    ...own,
    window: text(
      '`today`, `yesterday`, `week` (from Monday), `month`, `lastweek`, `lastmonth`, `7d`, `2w`, or two dates (both ' +
        'inclusive), date-times or Unix times (the second exclusive), with a comma between. Whole UTC days up to today',
    ),
    ...everyFigure,
  }).transform((given, context) => {
    const { window, ...rest } = given as typeof given & { window?: string };
    return withWindow(rest, parseWindow(window, today()), context);
  });
}

function withWindow<Rest extends object>(
  rest: Rest,
  parsed: { window: DayWindow } | { fault: ParameterFault },
  context: z.RefinementCtx,
): Rest & { window: DayWindow } {
  if ('window' in parsed) return { ...rest, window: parsed.window };
  context.addIssue({ code: 'custom', path: [parsed.fault.parameter], message: parsed.fault.message });
  return z.NEVER;
}

const ignored = text('Ignored: the response does not depend on it');

/** 2i2c's dashboards send the range to `/component-names`, whose response is always the same. */
export const Ignored = known({ from: ignored, to: ignored, cluster: ignored });

/** Such as `hub`, `hub[]` and `from.day`: a name that may stand in a message. */
const PLAIN_NAME = /^[\w.[\]-]{1,40}$/;

/** These parameters and no others: one that would be ignored may be the one that the figures should obey. */
export function known<Shape extends z.ZodRawShape>(shape: Shape) {
  const names = Object.keys(shape).toSorted().join(', ');
  return z.strictObject(shape, {
    error: ({ code, keys }) => {
      if (code !== 'unrecognized_keys') return undefined;
      const unknown = (keys as string[]).map((name) => (PLAIN_NAME.test(name) ? name : 'another name')).join(', ');
      return `${unknown}: is no parameter of this endpoint; it knows ${names}`;
    },
  });
}
