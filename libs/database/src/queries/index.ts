export {
  allocation,
  allocationTrends,
  DIMENSIONS,
  hasUsage,
  namesPeople,
  type AllocationForm,
  type Dimension,
} from './allocation.js';
export { anomalies } from './anomalies.js';
export { budgets } from './budgets.js';
export { FORECAST_KINDS, forecasts, type ForecastKind } from './forecasts.js';
export type { IdleForm } from './borne-costs.js';
export { dataVersion } from './data-version.js';
export { asText, withoutRows, type ResponseShape } from './response-shape.js';
export { appliedMigrations, EXPECTED_MIGRATIONS, missingMigrations, unknownMigrations } from './applied-migrations.js';
export { findCluster, firstTwoClusters } from './clusters.js';
export { computeFallbacks, type ComputeFallbacks } from './compute-fallbacks.js';
export { costsPerUser } from './costs-per-user.js';
export { dayStates } from './day-states.js';
export { FOCUS_COLUMNS, focusCharges } from './focus.js';
export { sqlStateOf } from '../database-fault.js';
export { DatabaseBusy, DatabaseNotMigrated, DatabaseUnavailable } from './database-unavailable.js';
export { firstRunningDay } from './first-running-day.js';
export { hubNames } from './hub-names.js';
export { knownHubs } from './known-hubs.js';
export { knownNames } from './known-names.js';
export { monitoredFigures, type MonitoredFigures } from './monitored-figures.js';
export { ReportingDatabase } from './reporting-database.js';
export type {
  GroupAmounts,
  NameFilter,
  NameFilters,
  NameKind,
  Precision,
  Scope,
  Statement,
  Step,
} from './statement.js';
export { readStatementFacts, UnknownNameError, UnknownVersionError, type StatementRequest } from './statement-facts.js';
export { syncStatus, type SyncStatus } from './sync-status.js';
export { totalCostsPerComponent } from './total-costs-per-component.js';
export { totalCostsPerGroup } from './total-costs-per-group.js';
export { totalCostsPerHub, totalCostsPerHubSharedByUsage } from './total-costs-per-hub.js';
export { totalCosts } from './total-costs.js';
export { totalUsage } from './total-usage.js';
export { usageGaps, type UsageGap } from './usage-gaps.js';
export { userGroups, usersWithMultipleGroups, usersWithNoGroups } from './user-groups.js';
export { usersOf } from './statement.js';
