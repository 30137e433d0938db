import { types } from 'node:util';

/**
 * The database cannot answer now, through no fault of the question. The message is fit for strangers: it names no host,
 * no role and no SQL; `cause` has the rest for the log.
 */
export class DatabaseUnavailable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DatabaseUnavailable';
  }
}

const AWAY = 'the database cannot be reached';

/** The database answers, and lacks what this build reads. */
export class DatabaseNotMigrated extends DatabaseUnavailable {
  constructor(cause?: unknown) {
    super('the database is not migrated', cause);
    this.name = 'DatabaseNotMigrated';
  }
}

/** Schema, table, column: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const NOT_MIGRATED: readonly string[] = ['3F000', '42P01', '42703'];

/** By SQLSTATE, or how it begins. */
const REASONS: Readonly<Record<string, string>> = {
  '08': AWAY,
  '28': 'the database refused the credentials',
  '3D': 'the database does not exist',
  '42501': 'the database role may not read the schema reporting',
  '53': 'the database has no capacity left',
  '57014': 'the database took too long',
  '57P': AWAY,
};

/** Faults of the connection, as Node and pg word them; they have no SQLSTATE. */
const CONNECTION_FAULTS =
  /ECONN|ENOTFOUND|EAI_AGAIN|EHOST|ENET|EPIPE|ETIMEDOUT|ENOENT|timeout|terminated|not queryable|closed the connection/i;

/** The SQLSTATE of what the database itself said; undefined for every other error. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = types.isNativeError(error) && 'code' in error ? String(error.code) : '';
  return types.isNativeError(error) && 'severity' in error && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** The fault as DatabaseUnavailable when trying again later may help; any other error as it is. */
export function asDatabaseUnavailable(error: unknown): unknown {
  if (error instanceof DatabaseUnavailable || !types.isNativeError(error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (NOT_MIGRATED.includes(code)) return new DatabaseNotMigrated(error);
  const reason = REASONS[code] ?? REASONS[code.slice(0, 3)] ?? REASONS[code.slice(0, 2)];
  if (reason) return new DatabaseUnavailable(reason, error);
  if (CONNECTION_FAULTS.test(`${code} ${error.message}`)) return new DatabaseUnavailable(AWAY, error);
  return error;
}
