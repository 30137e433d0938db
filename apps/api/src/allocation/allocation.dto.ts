import { DIMENSIONS, namesPeople, type Dimension, type IdleForm, type Step } from '#libs/database/queries';
import { z } from 'zod';
import { today } from '../parameters/day-range.js';
import { valuesOf } from '../parameters/name-filter.js';
import {
  asBoolean,
  choice,
  component,
  hub,
  instanceType,
  limitOf,
  precision,
  repeatable,
  service,
  single,
  stepOf,
  user,
  usergroup,
  windowRequest,
} from '../parameters/parameters.js';
import { COMPARISONS, planTrend } from './trend-windows.js';

const aggregate = repeatable
  .describe(
    `Which of ${DIMENSIONS.join(', ')} rows are of, with commas between; default \`cluster\`. \`service\` goes with neither ` +
      '`user` nor `usergroup`, as nobody is known to use a service. With `usergroup`, a person in several groups is split',
  )
  .transform((raw, context): Dimension[] => {
    const asked = valuesOf(raw).flatMap((value) => value.split(',').map((word) => word.trim()));
    const unknown = asked.some((word) => !(DIMENSIONS as readonly string[]).includes(word));
    if (unknown) context.addIssue({ code: 'custom', message: `must be some of ${DIMENSIONS.join(', ')}` });
    return asked.length === 0 ? ['cluster'] : DIMENSIONS.filter((dimension) => asked.includes(dimension));
  });

const includeIdle = single(
  z
    .enum(['true', 'false'], 'must be true or false')
    .default('true')
    .describe(
      '`false`: without the cost of idle capacity. By default it is there, so that rows add up to the cluster cost',
    ),
  asBoolean,
);

const shareIdle = single(
  z
    .enum(['true', 'false'], 'must be true or false')
    .optional()
    .describe(
      'The cost of idle capacity with the users who bear it (`true`), or as unallocated rows with reason `idle`. Default: ' +
        'as the deployment shows it',
    ),
  asBoolean,
);

/** OpenCost's words, save `hour`: costs are of whole days. */
const ACCUMULATED = {
  false: undefined,
  true: 'all',
  all: 'all',
  day: 'day',
  week: 'week',
  month: 'month',
  quarter: 'quarter',
} as const satisfies Readonly<Record<string, Step | undefined>>;
const ACCUMULATE_WORDS = Object.keys(ACCUMULATED) as (keyof typeof ACCUMULATED)[];

const accumulate = single(
  z
    .enum(ACCUMULATE_WORDS, `must be ${ACCUMULATE_WORDS.join(', ')}; costs are of whole days`)
    .default('false')
    .describe(
      'Whatever `step` says: the whole window (`true`, `all`), or its days, weeks from Monday, calendar months or quarters, ' +
        'each cut to the window',
    ),
  asBoolean,
);

const limit = limitOf('Only the N with the highest cost, unallocated rows aside; absent, empty or `all`: all');

const common = {
  aggregate,
  includeIdle,
  shareIdle,
  hub,
  component,
  service,
  instance_type: instanceType,
  user,
  usergroup,
  limit,
  precision,
};

interface Given {
  readonly aggregate: readonly Dimension[];
  readonly includeIdle: 'true' | 'false';
  readonly shareIdle?: 'true' | 'false' | undefined;
  readonly service?: readonly string[] | undefined;
  readonly user?: readonly string[] | undefined;
  readonly usergroup?: readonly string[] | undefined;
}

/** What both endpoints parse to, beside their days. */
function withForm<Parsed extends Given>(given: Parsed, context: z.RefinementCtx) {
  const { aggregate: dimensions, includeIdle: isIdleIncluded, shareIdle: sharesIdle } = given;
  const isByService = dimensions.includes('service') || given.service !== undefined;
  if (isByService && (namesPeople(dimensions) || given.user !== undefined || given.usergroup !== undefined)) {
    const path = [dimensions.includes('service') ? 'aggregate' : 'service'];
    const message = 'service goes with neither user nor usergroup: nobody is known to use a service';
    context.addIssue({ code: 'custom', path, message });
  }
  const shown: IdleForm = sharesIdle === undefined ? 'default' : sharesIdle === 'true' ? 'shared' : 'separate';
  return { ...given, dimensions, idle: isIdleIncluded === 'true' ? shown : ('left out' as const) };
}

export const Allocation = windowRequest({
  ...common,
  step: stepOf('Default: the window'),
  accumulate,
}).transform((given, context) => ({
  ...withForm(given, context),
  step: ACCUMULATED[given.accumulate] ?? given.step ?? ('all' as const),
}));

export const Trends = windowRequest({
  ...common,
  compare: choice(
    COMPARISONS,
    'With the days directly before, of whole months with as many months before (`window`), or up to the same day of the month before (`month`)',
  ),
}).transform((given, context) => {
  const planned = planTrend(given.window, given.compare, today());
  if (!planned) {
    context.addIssue({ code: 'custom', path: ['window'], message: 'has no complete day yet' });
    return z.NEVER;
  }
  const window = { from: planned.before.from, until: planned.now.until };
  return { ...withForm(given, context), asked: given.window, planned, window, step: 'all' as const };
});

const usd = z.number().describe('USD, rounded to 4 decimals unless `precision=exact`');
const dimensions = {
  cluster: z.string().optional(),
  hub: z.string().optional().describe('Where the users were active; of unallocated cost, the hub of its tag'),
  component: z.string().optional(),
  service: z.string().optional(),
  instance_type: z
    .string()
    .optional()
    .describe('Empty where the cost has none, and of all compute on days that memory requests divide'),
  user: z.string().nullable().optional().describe('null: no user bears the cost, see `reason`'),
  usergroup: z.string().nullable().optional(),
  reason: z.string().nullable().optional().describe('With `user` or `usergroup`: why no user bears the cost'),
};
const start = z.iso.date().describe('First UTC day');
const end = z.iso.date().describe('Last UTC day, inclusive');

const efficiency = z
  .number()
  .nullable()
  .optional()
  .describe('With `usage`: used ÷ requested; null where it is not known');

export const AllocationRows = z.array(
  z.strictObject({
    start,
    end,
    ...dimensions,
    cost: usd,
    direct: usd.describe('The part that comes from the tagged cost of a hub'),
    shared: usd.describe('The part that comes from untagged cost'),
    usage: z
      .array(z.strictObject({ measure: z.string(), unit: z.string(), quantity: z.number() }))
      .nullable()
      .optional()
      .describe('Of users, where nothing but hubs and users is asked for: what they used, by measure'),
    memory_efficiency: efficiency,
    cpu_efficiency: efficiency,
  }),
);

const usdOfStoredDays = usd.nullable().describe('USD; null where not all of these days are stored and complete');

export const TrendRows = z.array(
  z.strictObject({
    start,
    end,
    before_start: start,
    before_end: end,
    ...dimensions,
    before: usdOfStoredDays,
    now: usdOfStoredDays,
    difference: usdOfStoredDays,
    ratio: z.number().nullable().describe('now ÷ before; null where there was nothing before, too'),
  }),
);
