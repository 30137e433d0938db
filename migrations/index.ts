import { Baseline1795824000000 } from './001-baseline.js';
import { Budgets1795910400000 } from './002-budgets.js';
import { ClosedMonths1795996800000 } from './003-closed-months.js';
import { MonthRollups1796083200000 } from './004-month-rollups.js';
import { DayCostsByInstanceType1796169600000 } from './005-day-costs-by-instance-type.js';

export { readSqlFile, TABLE_FILES } from './sql-files.js';

/** Every migration in order; listed, since a glob over the build output finds nothing. */
export const MIGRATIONS = [
  Baseline1795824000000,
  Budgets1795910400000,
  ClosedMonths1795996800000,
  MonthRollups1796083200000,
  DayCostsByInstanceType1796169600000,
];
