import { z } from 'zod';
import { figureRequest } from '../parameters/parameters.js';

export const Days = figureRequest({});
export const DayRows = z.array(
  z.strictObject({
    date: z.iso.date().describe('UTC day whose costs are stored'),
    estimated: z.boolean().describe('Whether AWS may still change its costs'),
    usage: z
      .enum(['final', 'provisional', 'partial', 'missing', 'unread'])
      .describe(
        'What is known of its usage, the worst of all datasets that divide costs; missing: that of compute, or all',
      ),
    complete: z
      .boolean()
      .describe('Whether its costs were read after it had ended; else it is not compared with other days'),
  }),
);
