import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = join(packageFolder(dirname(fileURLToPath(import.meta.url))), 'migrations', 'sql');

/** The files that make tables, in the order of their migrations. */
export const TABLE_FILES = ['tables.sql', 'budgets.sql', 'closed-months.sql', 'month-rollups.sql'] as const;

/** The text of a file in migrations/sql, which the build leaves where it is. */
export function readSqlFile(name: (typeof TABLE_FILES)[number] | 'views.sql' | 'roles.sql'): string {
  return readFileSync(join(FOLDER, name), 'utf8');
}

/** The folder of package.json: above the sources, and above what is built of them. */
function packageFolder(from: string): string {
  return existsSync(join(from, 'package.json')) ? from : packageFolder(dirname(from));
}
