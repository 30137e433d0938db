import { z } from 'zod';
import { validationError } from './errors.js';

/** One selection in a filter: a dimension or tag, its values, and how they must match. */
export interface Selection {
  readonly Key?: string | undefined;
  readonly Values?: readonly string[] | undefined;
  readonly MatchOptions?: readonly string[] | undefined;
}

/** A filter as it is sent. AWS takes exactly one root; that is checked when it is compiled. */
export interface Expression {
  readonly And?: readonly Expression[] | undefined;
  readonly Or?: readonly Expression[] | undefined;
  readonly Not?: Expression | undefined;
  readonly Dimensions?: Selection | undefined;
  readonly Tags?: Selection | undefined;
}

const selection = z.strictObject({
  Key: z.string().optional(),
  Values: z.array(z.string()).optional(),
  MatchOptions: z.array(z.string()).optional(),
});

const expression: z.ZodType<Expression> = z.lazy(() =>
  z.strictObject({
    And: z.array(expression).optional(),
    Or: z.array(expression).optional(),
    Not: expression.optional(),
    Dimensions: selection.optional(),
    Tags: selection.optional(),
  }),
);

const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$/;
const timePeriod = z.object({ Start: z.string().regex(DATE), End: z.string().regex(DATE) });

// Strict: a parameter that the simulator does not play must not be ignored in silence.
export const COST_AND_USAGE_REQUEST = z.strictObject({
  TimePeriod: timePeriod,
  Granularity: z.literal('DAILY'),
  Metrics: z.array(z.string()).min(1),
  Filter: expression.optional(),
  GroupBy: z.array(z.object({ Type: z.string().optional(), Key: z.string().optional() })).optional(),
  NextPageToken: z.string().optional(),
});
export type CostAndUsageRequest = z.infer<typeof COST_AND_USAGE_REQUEST>;

export const TAGS_REQUEST = z.strictObject({
  TimePeriod: timePeriod,
  TagKey: z.string().optional(),
  Filter: expression.optional(),
  NextPageToken: z.string().optional(),
});
export type TagsRequest = z.infer<typeof TAGS_REQUEST>;

export const ALLOCATION_TAGS_REQUEST = z.strictObject({
  MaxResults: z.number().int().min(1).max(1000).optional(),
  NextToken: z.string().optional(),
});
export type AllocationTagsRequest = z.infer<typeof ALLOCATION_TAGS_REQUEST>;

/** @throws CostExplorerError ValidationException naming the members that are wrong, as AWS's front end does. */
export function parseRequest<T>(shape: z.ZodType<T>, body: unknown): T {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `Value at '${issue.path.join('.')}' ${issue.message}`);
  throw validationError(`${faults.length} validation error detected: ${faults.join('; ')}`);
}
