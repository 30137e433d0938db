import { z } from 'zod';
import {
  choice,
  component,
  figureRequest,
  groups,
  hub,
  limit,
  per,
  precision,
  step,
  unallocated,
  user,
  usergroup,
} from '../parameters/parameters.js';

const date = z.iso.date().describe('UTC day');
const costText = z
  .string()
  .regex(/^-?\d+\.\d\d(\d{8})?$/)
  .describe('USD, 2 decimals; 10 with `precision=exact`');
/** The period of a row, where a step is asked for: `date` is then its first day too. */
const period = {
  start: z.iso.date().optional().describe('With `step`: first day'),
  end: z.iso.date().optional().describe('With `step`: last day, inclusive'),
};
const reason = z
  .string()
  .nullable()
  .optional()
  .describe('With `unallocated=include`: why no user bears the cost; null: users do');
const groupName = z
  .string()
  .describe('`none`: the user was in no group; `unknown`: group data for that day is missing');

export const TotalCosts = figureRequest({ hub, component, step, precision });
export const TotalCostsRows = z.array(
  z.strictObject({ date, cost: costText, name: z.enum(['account', 'attributable']), ...period }),
);

export const TotalCostsPerHub = figureRequest({
  hub,
  component,
  step,
  precision,
  cost: choice(
    ['tagged', 'borne'],
    'Hub cost, by the tag of the hub (`tagged`), or what the users of each hub bear, with its unallocated cost (`borne`)',
  ),
  shared: choice(['support', 'usage'], 'The former name: `usage` is `cost=borne`'),
});
export const TotalCostsPerHubRows = z.array(
  z.strictObject({ date, cost: costText, name: z.string().describe('Hub'), ...period }),
);

export const TotalCostsPerComponent = figureRequest({ hub, component, step, precision });
export const TotalCostsPerComponentRows = z.array(
  z.strictObject({ date, cost: costText, component: z.string(), ...period }),
);

export const TotalCostsPerGroup = figureRequest({
  hub,
  component,
  user,
  usergroup,
  groups,
  unallocated,
  step,
  precision,
});
export const TotalCostsPerGroupRows = z.array(
  z.strictObject({
    date,
    usergroup: groupName.nullable(),
    cost: z.number().describe('USD, rounded to 2 decimals unless `precision=exact`'),
    reason,
    ...period,
  }),
);

export const CostsPerUser = figureRequest({
  hub,
  component,
  user,
  usergroup,
  limit,
  per,
  groups,
  unallocated,
  step,
  precision,
});
export const CostsPerUserRows = z.array(
  z.strictObject({
    date,
    user: z.string().nullable().describe('null: no user bears the cost, see `reason`'),
    hub: z.string(),
    component: z.string(),
    value: z.number().describe('USD, rounded to 4 decimals unless `precision=exact`'),
    usergroup: groupName.nullable(),
    reason,
    ...period,
  }),
);
