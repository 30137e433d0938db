import { Baseline1795824000000 } from './001-baseline.js';

export { readSqlFile } from './sql-files.js';

/** Every migration in order; listed, since a glob over the build output finds nothing. */
export const MIGRATIONS = [Baseline1795824000000];
