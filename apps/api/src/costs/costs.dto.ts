import { z } from 'zod';
import {
  choice,
  component,
  figureRequest,
  groups,
  hub,
  limit,
  precision,
  user,
  usergroup,
} from '../parameters/parameters.js';

const date = z.iso.date().describe('UTC day');
const costText = z
  .string()
  .regex(/^-?\d+\.\d\d(\d{8})?$/)
  .describe('USD, 2 decimals; 10 with `precision=exact`');
const groupName = z
  .string()
  .describe('`none`: the user was in no group; `unknown`: group data for that day is missing');

export const TotalCosts = figureRequest({ precision });
export const TotalCostsRows = z.array(
  z.strictObject({ date, cost: costText, name: z.enum(['account', 'attributable']) }),
);

export const TotalCostsPerHub = figureRequest({
  precision,
  shared: choice(
    ['support', 'usage'],
    'Where the cost that hubs share is shown: as `support`, or with each hub by the usage of its users (`usage`)',
  ),
});
export const TotalCostsPerHubRows = z.array(z.strictObject({ date, cost: costText, name: z.string().describe('Hub') }));

export const TotalCostsPerComponent = figureRequest({ hub, component, precision });
export const TotalCostsPerComponentRows = z.array(z.strictObject({ date, cost: costText, component: z.string() }));

export const TotalCostsPerGroup = figureRequest({ hub, component, usergroup, groups, precision });
export const TotalCostsPerGroupRows = z.array(
  z.strictObject({
    date,
    usergroup: groupName,
    cost: z.number().describe('USD, rounded to 2 decimals unless `precision=exact`'),
  }),
);

export const CostsPerUser = figureRequest({ hub, component, user, usergroup, limit, groups, precision });
export const CostsPerUserRows = z.array(
  z.strictObject({
    date,
    user: z.string(),
    hub: z.string(),
    component: z.string(),
    value: z.number().describe('USD, rounded to 4 decimals unless `precision=exact`'),
    usergroup: groupName,
  }),
);
