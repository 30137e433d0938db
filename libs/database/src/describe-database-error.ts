import { messageOf } from '#libs/domain';
import { databaseFaultOf, sqlStateOf, withoutWrapper } from './database-fault.js';

const MISSING_RIGHT = 'the database role lacks a right that the sync needs: the owner runs migrations/sql/roles.sql';
const READ_ONLY = 'the database is read-only: a standby, or default_transaction_read_only is on';
const SENTENCES: Readonly<Record<string, string>> = { '42501': MISSING_RIGHT, '25006': READ_ONLY };

/**
 * One line for the operator on a fault of the database that is not ours: it is away, refuses the role, has no room, or is
 * read-only. Undefined for every other error: what the database refuses of our statements is a fault of this software, and
 * its message would name tables and constraints.
 */
export function describeDatabaseError(error: unknown): string | undefined {
  const sentence = SENTENCES[sqlStateOf(error) ?? ''];
  if (sentence !== undefined) return sentence;
  const fault = databaseFaultOf(error);
  if (fault === undefined || fault.kind === 'not migrated') return undefined;
  return `${fault.sentence}: ${messageOf(withoutWrapper(error))}`;
}

/** Whether the database itself refused a statement: the message may hold SQL and names, and belongs in no log. */
export function isRefusedStatement(error: unknown): boolean {
  return sqlStateOf(error) !== undefined;
}
