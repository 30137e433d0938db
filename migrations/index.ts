import { CostAndUsageTables1764000000000 } from './1764000000000-cost-and-usage-tables.js';
import { ReportingViews1764000100000 } from './1764000100000-reporting-views.js';
import { GrafanaReader1764000200000 } from './1764000200000-grafana-reader.js';
import { LeastPrivilegeRoles1764000300000 } from './1764000300000-least-privilege-roles.js';
import { QuickViewsOfRuns1764000500000 } from './1764000500000-quick-views-of-runs.js';
import { SumsOfUserCosts1764000600000 } from './1764000600000-sums-of-user-costs.js';
import { WeeksByMembership1764000700000 } from './1764000700000-weeks-by-membership.js';
import { CostsByMembership1764000800000 } from './1764000800000-costs-by-membership.js';

/** Every migration in order; listed, since a glob over the build output finds nothing. */
export const MIGRATIONS = [
  CostAndUsageTables1764000000000,
  ReportingViews1764000100000,
  GrafanaReader1764000200000,
  LeastPrivilegeRoles1764000300000,
  QuickViewsOfRuns1764000500000,
  SumsOfUserCosts1764000600000,
  WeeksByMembership1764000700000,
  CostsByMembership1764000800000,
];
