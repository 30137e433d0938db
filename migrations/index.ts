import { Baseline1795824000000 } from './001-baseline.js';
import { ClosedMonths1795996800000 } from './003-closed-months.js';

export { readSqlFile, TABLE_FILES } from './sql-files.js';

/** Every migration in order; listed, since a glob over the build output finds nothing. */
export const MIGRATIONS = [Baseline1795824000000, ClosedMonths1795996800000];
