import { FORECAST_KINDS } from '#libs/database/queries';
import { z } from 'zod';
import { choice, component, figureRequest, hub, precision, user, usergroup } from '../parameters/parameters.js';

const periods = choice(
  ['current', 'all'],
  '`current`: of each budget the period that `to` is in, else the last before it, else its first. `all`: every stored ' +
    'period that has days in the range',
);
const by = choice(['all', ...FORECAST_KINDS], 'Only forecasts of this kind');

export const Budgets = figureRequest({ hub, user, usergroup, periods, precision });
export const Forecast = figureRequest({ by, hub, component, usergroup, precision });
export const Anomalies = figureRequest({ hub, component, user, precision });

const usd = (description: string) => z.number().nullable().describe(description);
const day = (description: string) => z.iso.date().nullable().describe(description);
const reason = (description: string) => z.string().nullable().describe(description);

export const BudgetRows = z.array(
  z.strictObject({
    budget: z.string(),
    kind: z.enum(['cluster', 'hub', 'group', 'user']).describe('Whose cost it is for'),
    hub: z.string().nullable(),
    usergroup: z.string().nullable(),
    user: z.string().nullable(),
    basis: z.enum(['tagged', 'allocated', 'split']).describe('Which cost counts'),
    per: z.enum(['month', 'quarter', 'year', 'once']).describe('How often it begins anew'),
    from: z.iso.date().describe('First day of the period'),
    to: z.iso.date().describe('Last day of the period'),
    amount: z.number(),
    spent: usd('Cost of the settled days of the period, and what had been spent before it; null: see `reason`'),
    spent_to: day('The newest settled day of the period: `spent` is up to it'),
    missing_days: z
      .number()
      .int()
      .describe(
        'Days of the period up to the newest settled day that are not stored or, of what users bear, whose usage was not read: their cost is not in `spent`',
      ),
    reason: reason('Why `spent` is not known'),
    left: usd('What is left of the amount'),
    percent: z.number().nullable().describe('100 × spent ÷ amount'),
    forecast: usd('What is expected to be spent at the end of the period; null: see `forecast_reason`'),
    forecast_low: usd('In four of five cases it is more than this'),
    forecast_high: usd('In four of five cases it is less than this'),
    forecast_percent: z.number().nullable().describe('100 × forecast ÷ amount'),
    forecast_reason: reason('Why `forecast` is not known'),
    run_out_on: day('When the amount was spent, or is expected to be; null: not in this period, or unknown'),
    thresholds: z.array(
      z.strictObject({
        threshold: z.string(),
        on: z.enum(['actual', 'forecast']),
        usd: z.number(),
        passed_on: day('null: not passed'),
        alerted_at: z.string().nullable().describe('When the webhook took it'),
      }),
    ),
  }),
);

export const ForecastRows = z.array(
  z.strictObject({
    kind: z.enum(FORECAST_KINDS),
    name: z.string().describe('Hub, group or component; empty: the cluster'),
    from: z.iso.date().describe('First day of the month'),
    to: z.iso.date().describe('Last day of the month'),
    spent: usd('Cost of the settled days of the month; null: there is none yet'),
    spent_to: day('The newest settled day'),
    forecast: usd('Expected cost of the whole month; null: see `reason`'),
    low: usd('In four of five cases it is more than this'),
    high: usd('In four of five cases it is less than this'),
    reason: reason('Why `forecast` is not known'),
  }),
);

export const AnomalyRows = z.array(
  z.strictObject({
    date: z.iso.date().describe('UTC day'),
    hub: z.string(),
    component: z.string().nullable().describe('null: the cost of a user'),
    user: z.string().nullable().describe('null: the cost of a component'),
    cost: z.number(),
    usual: z.number().describe('What such a day costs usually: the median of the weekday'),
    most: z.number().describe('What such a day could cost without being an anomaly'),
    difference: z.number().describe('cost - usual'),
    ratio: z.number().nullable().describe('cost ÷ usual; null: usually there is no cost'),
  }),
);
