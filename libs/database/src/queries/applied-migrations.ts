import { MIGRATIONS } from '#migrations';
import type { Statement } from './statement.js';

/** Names, in order, of the migrations that this code is written for; compare with reporting.applied_migrations. */
export const EXPECTED_MIGRATIONS: readonly string[] = MIGRATIONS.map((Migration) => new Migration().name);

/** The migrations that the database has been through: rows {name}. */
export function appliedMigrations(): Statement {
  return { cluster: undefined, text: `SELECT name FROM reporting.applied_migrations`, values: [] };
}

/** The migrations of this build that a database still lacks, in order. */
export function missingMigrations(applied: readonly string[]): string[] {
  return EXPECTED_MIGRATIONS.filter((name) => !applied.includes(name));
}

/** Those that it has been through and this build does not know: it was migrated by a newer version. */
export function unknownMigrations(applied: readonly string[]): string[] {
  return applied.filter((name) => !EXPECTED_MIGRATIONS.includes(name));
}
