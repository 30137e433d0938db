import { z } from 'zod';

const when = {
  /** Matching requests that are answered as usual first. */
  after: z.number().int().min(0).default(0),
  /** Matching requests that it then strikes. */
  times: z.number().int().min(1).default(1),
  /** GetCostAndUsage, …; absent: every operation of Cost Explorer. */
  operation: z.string().optional(),
};

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** What can go wrong, as it is asked for in code and over HTTP. */
export const FAULT = z.discriminatedUnion('kind', [
  /** An error that AWS documents, by name; 5xx by `status`. */
  z.strictObject({
    kind: z.literal('error'),
    name: z.string(),
    message: z.string().optional(),
    status: z.number().int().min(400).max(599).default(400),
    ...when,
  }),
  /** A page of HTML, as a proxy sends it. */
  z.strictObject({ kind: z.literal('html'), status: z.number().int().min(200).max(599).default(502), ...when }),
  /** The connection is closed without a response. */
  z.strictObject({ kind: z.literal('dropped-connection'), ...when }),
  /** The connection stays open, without a response, until the client or the simulator closes it. */
  z.strictObject({ kind: z.literal('hanging-connection'), ...when }),
  /** A well-formed response with no cost in it. */
  z.strictObject({ kind: z.literal('empty-answer'), ...when }),
  /** The next page token that comes back is not known any more. */
  z.strictObject({ kind: z.literal('lost-token'), ...when }),
  /**
   * From the request after `after` others on, the figures of the days [from, until) are `percent` of what they were;
   * 0: the lines are gone. Stays until faults are cleared. A refresh between two requests is one with `after`.
   */
  z.strictObject({
    kind: z.literal('restatement'),
    after: when.after,
    from: day,
    until: day,
    service: z.string().optional(),
    percent: z.number().int().min(0),
  }),
]);

/** A fault to ask for; what has a default may be left out. */
export type FaultRequest = z.input<typeof FAULT>;
export type Fault = z.output<typeof FAULT>;
export type RequestFault = Exclude<Fault, { kind: 'restatement' }>;
export type Restatement = Extract<Fault, { kind: 'restatement' }>;
