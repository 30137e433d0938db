import { z } from 'zod';

const indicator = z.looseObject({ status: z.enum(['up', 'degraded', 'down']), message: z.string().optional() });
const indicators = z.record(z.string(), indicator);

/** What Terminus answers: every check under `details`, and those of /ready once more: good ones under `info`, others under `error`. */
export const health = z.object({
  status: z.enum(['ok', 'degraded', 'error', 'shutting_down']),
  info: indicators.optional(),
  error: indicators.optional(),
  degraded: indicators.optional(),
  details: indicators,
});

export const live = z.strictObject({ status: z.literal('ok') });
