import { z } from 'zod';

const date = z.iso.date().describe('UTC day');
const costText = z
  .string()
  .regex(/^-?\d+\.\d\d(\d{8})?$/)
  .describe('USD, 2 decimals; 10 with `precision=exact`');

export const totalCosts = z.array(z.strictObject({ date, cost: costText, name: z.enum(['account', 'attributable']) }));

export const totalCostsPerHub = z.array(z.strictObject({ date, cost: costText, name: z.string().describe('Hub') }));

export const totalCostsPerComponent = z.array(z.strictObject({ date, cost: costText, component: z.string() }));

export const totalCostsPerGroup = z.array(
  z.strictObject({
    date,
    usergroup: z.string().describe('`none`: in no group; `unknown`: nobody knows of that day'),
    cost: z.number().describe('USD, rounded to 2 decimals unless `precision=exact`'),
  }),
);

export const costsPerUser = z.array(
  z.strictObject({
    date,
    user: z.string(),
    hub: z.string(),
    component: z.string(),
    value: z.number().describe('USD, rounded to 4 decimals unless `precision=exact`'),
    usergroup: z.string().describe('`none`: in no group; `unknown`: nobody knows of that day'),
  }),
);
