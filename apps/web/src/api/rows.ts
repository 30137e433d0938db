import type { z } from 'zod';
import type { AllocationRows, TrendRows } from '../../../api/src/allocation/allocation.dto.js';
import type { AnomalyRows, BudgetRows, ForecastRows } from '../../../api/src/budgets/budgets.dto.js';
import type { DayRows } from '../../../api/src/days/days.dto.js';
import type { health } from '../../../api/src/health/health.dto.js';
import type { session } from '../../../api/src/access/session.dto.js';

/** Rows of the API, from the schemas that it answers by. */
export type DayState = z.infer<typeof DayRows>[number];
/** Nobody knows who used compute on the day: users do not bear all of its cost. */
export function isUnread({ usage }: DayState): boolean {
  return usage === 'missing' || usage === 'unread';
}

export type Health = z.infer<typeof health>;
export type Session = z.infer<typeof session>;
export type AllocationRow = z.infer<typeof AllocationRows>[number];
export type TrendRow = z.infer<typeof TrendRows>[number];
export type Budget = z.infer<typeof BudgetRows>[number];
export type Forecast = z.infer<typeof ForecastRows>[number];
export type Anomaly = z.infer<typeof AnomalyRows>[number];
