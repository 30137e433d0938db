import { types } from 'node:util';
import { messageOf } from '#libs/domain';
import pg from 'pg';
import { QueryFailedError } from 'typeorm';

/**
 * SQLSTATE classes in which the server speaks of connections, roles, resources and time, never of our tables:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const ABOUT_THE_SERVER = ['08', '28', '3D', '40', '53', '57', '58'];

const MISSING_RIGHT = 'the database role lacks a right that the sync needs: the owner runs migrations/sql/roles.sql';
const READ_ONLY = 'the database is read-only: a standby, or default_transaction_read_only is on';
const SENTENCES: Readonly<Record<string, string>> = { '42501': MISSING_RIGHT, '25006': READ_ONLY };

const SOCKET_CALLS = ['connect', 'getaddrinfo', 'read', 'write'];

/** What pg and TLS say of a connection; these errors have no system call. */
const ABOUT_THE_CONNECTION = /timeout|terminated|not queryable|connection error|closed the connection|SSL|certificate/i;

/**
 * One line for the operator on a fault of the database that is not ours: it is away, refuses the role, has no room, or is
 * read-only. Undefined for every other error: what the database refuses of our statements is a fault of this software, and
 * its message would name tables and constraints.
 */
export function describeDatabaseError(error: unknown): string | undefined {
  const fault: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (fault instanceof pg.DatabaseError) {
    const { code = '' } = fault;
    return SENTENCES[code] ?? (ABOUT_THE_SERVER.includes(code.slice(0, 2)) ? fault.message : undefined);
  }
  if (!types.isNativeError(fault)) return undefined;
  if (fault instanceof AggregateError) {
    return fault.errors.every((one) => describeDatabaseError(one)) ? messageOf(fault) : undefined;
  }
  if (fault.name !== 'Error') return undefined;
  const isOfTheSocket = 'syscall' in fault && SOCKET_CALLS.includes(String(fault.syscall));
  return isOfTheSocket || ABOUT_THE_CONNECTION.test(fault.message) ? messageOf(fault) : undefined;
}

/** Whether the database itself refused a statement: the message may hold SQL and names, and belongs in no log. */
export function isRefusedStatement(error: unknown): boolean {
  return error instanceof QueryFailedError || error instanceof pg.DatabaseError;
}
