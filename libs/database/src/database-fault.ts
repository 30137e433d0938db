import { types } from 'node:util';

/** A fault of the database, its connection or what it lets us do: not of our statement. */
export interface DatabaseFault {
  /**
   * `busy`: it answers, and has no connection free; `not migrated`: it lacks what this build reads, which is a fault of our
   * statement where the sync meets it.
   */
  readonly kind: 'away' | 'busy' | 'not migrated' | 'not allowed';
  /** Fit for strangers: no host, role, path or SQL. */
  readonly sentence: string;
}

const away = (sentence: string): DatabaseFault => ({ kind: 'away', sentence });

export const AWAY = away('the database cannot be reached');
export const BUSY: DatabaseFault = { kind: 'busy', sentence: 'the database has no connection free' };
export const TOO_LONG = away('the database took too long');
const NOT_MIGRATED: DatabaseFault = { kind: 'not migrated', sentence: 'the database is not migrated' };
const BROKEN = away('the database has a fault of its own');
const CANCELLED = away('the database cancelled the statement in favour of others');

/** By SQLSTATE, or how it begins: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const BY_SQLSTATE: Readonly<Record<string, DatabaseFault>> = {
  '08': AWAY,
  '25006': { kind: 'not allowed', sentence: 'the database is read-only' },
  '25P': AWAY,
  '28': away('the database refused the credentials'),
  '3D': away('the database does not exist'),
  '3F000': NOT_MIGRATED,
  // 40001 is also how a standby ends a statement that keeps it from replaying.
  '40': CANCELLED,
  '42501': { kind: 'not allowed', sentence: 'the database role may not read the schema reporting' },
  '42703': NOT_MIGRATED,
  '42P01': NOT_MIGRATED,
  '53': away('the database has no capacity left'),
  '53300': BUSY,
  '57014': TOO_LONG,
  '57P': AWAY,
  '58': BROKEN,
};

/** PgBouncer's words; it has one SQLSTATE for all that it says. */
const POOLER_IS_FULL = /no more connections allowed|query_wait_timeout/;
const POOLER_WANTS_TLS = /SSL required/;
const POOLER_ENDS_TRANSACTIONS = /statement pooling mode/;
const POOLER_KNOWS_NOT = /unsupported startup parameter/;

const UNKNOWN_PARAMETER = away('the pooler refuses a parameter that DATABASE_URL sets');
const NO_TRANSACTIONS = away('DATABASE_URL leads to a pooler in statement mode, which knows no transactions');
const TLS_WANTED = away('the database admits no connection without TLS from here: set sslmode in DATABASE_URL');
const NOT_ADMITTED = away('the database admits no such connection from here: see its pg_hba.conf');
/** Of a refusal by pg_hba.conf. */
const WITHOUT_TLS = /no encryption|SSL off/;

const TLS_FAILED = away('the TLS connection to the database failed');
const UNKNOWN_AUTHORITY = away(
  'the certificate of the database is of an unknown authority: set sslrootcert in DATABASE_URL',
);
const EXPIRED = away('the certificate of the database is not valid at this time');

/** By Node's codes of TLS faults, or how they begin. */
const TLS_FAULTS: readonly (readonly [RegExp, DatabaseFault])[] = [
  [
    /^(DEPTH_ZERO_)?SELF_SIGNED_CERT|^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER)|^CERT_(UNTRUSTED|REJECTED)/,
    UNKNOWN_AUTHORITY,
  ],
  [/^ERR_TLS_CERT_ALTNAME_INVALID|^HOSTNAME_MISMATCH/, away('the certificate of the database is of another host name')],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)/, EXPIRED],
  [/^(ERR_(TLS|SSL|OSSL)|EPROTO|CERT_|CRL_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|UNABLE_TO_)/, TLS_FAILED],
];

/** What pg, its pool and Node say of a connection without a code that tells. */
const BY_MESSAGE: readonly (readonly [RegExp, DatabaseFault])[] = [
  [/timeout exceeded when trying to connect/, BUSY],
  [/does not support SSL/, away('the database offers no TLS')],
  [/SSL connection|SECURITY WARNING/, TLS_FAILED],
  [/timeout|terminated|not queryable|connection error|closed the connection|was closed/i, AWAY],
];

const FILE_UNREADABLE = away('a certificate file that DATABASE_URL names cannot be read');
const SOCKET_CALLS = ['connect', 'getaddrinfo', 'read', 'write', 'shutdown'];
const SOCKET_CODES = /^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|EPIPE|ETIMEDOUT|EADDR)/;

/** Undefined: what failed is not the database's fault, so that it must be ours. */
export function databaseFaultOf(error: unknown): DatabaseFault | undefined {
  const fault = withoutWrapper(error);
  if (!types.isNativeError(fault)) return undefined;
  const { code = '', syscall = '' } = fault as { code?: string; syscall?: string };
  const sqlState = sqlStateOf(fault);
  if (sqlState !== undefined) return faultOfSqlState(sqlState, fault);
  if (fault instanceof AggregateError) {
    const faults = fault.errors.map(databaseFaultOf);
    return faults.every((one) => one !== undefined) ? faults[0] : undefined;
  }
  const ofTls = TLS_FAULTS.find(([pattern]) => pattern.test(code));
  if (ofTls) return ofTls[1];
  if ((syscall === 'open' && 'path' in fault) || code === 'EISDIR') return FILE_UNREADABLE;
  if (SOCKET_CALLS.includes(syscall) || SOCKET_CODES.test(code)) return AWAY;
  if (fault.name !== 'Error' || code !== '') return undefined;
  return BY_MESSAGE.find(([pattern]) => pattern.test(fault.message))?.[1];
}

function faultOfSqlState(sqlState: string, fault: Error): DatabaseFault | undefined {
  if (POOLER_IS_FULL.test(fault.message)) return BUSY;
  if (POOLER_WANTS_TLS.test(fault.message)) return TLS_WANTED;
  if (POOLER_KNOWS_NOT.test(fault.message)) return UNKNOWN_PARAMETER;
  if (POOLER_ENDS_TRANSACTIONS.test(fault.message)) return NO_TRANSACTIONS;
  // Whoever is not admitted by pg_hba.conf was not asked for a password.
  if (sqlState === '28000' && (fault as { routine?: string }).routine === 'ClientAuthentication') {
    return WITHOUT_TLS.test(fault.message) ? TLS_WANTED : NOT_ADMITTED;
  }
  return BY_SQLSTATE[sqlState] ?? BY_SQLSTATE[sqlState.slice(0, 3)] ?? BY_SQLSTATE[sqlState.slice(0, 2)];
}

/** Unlike those of Node, such as EPIPE. */
const SQLSTATE = /^[0-9FHPX][0-9A-Z]{4}$/;

/** The SQLSTATE of what the database itself said; undefined for every other error. */
export function sqlStateOf(error: unknown): string | undefined {
  const fault = withoutWrapper(error);
  if (!types.isNativeError(fault)) return undefined;
  const { code } = fault as { code?: unknown };
  return typeof code === 'string' && SQLSTATE.test(code) ? code : undefined;
}

/** TypeORM wraps what the database says of a statement. */
export function withoutWrapper(error: unknown): unknown {
  return types.isNativeError(error) && 'driverError' in error ? error.driverError : error;
}
