import { MIGRATIONS } from '#migrations';
import type { Statement } from './statement.js';

/** The migrations that the database has been through: rows {name}. */
export function appliedMigrations(): Statement {
  return { cluster: undefined, text: `SELECT name FROM reporting.applied_migrations`, values: [] };
}

/** The migrations of this build that a database still lacks, in order. */
export function missingMigrations(applied: readonly string[]): string[] {
  return MIGRATIONS.map((Migration) => new Migration().name).filter((name) => !applied.includes(name));
}
