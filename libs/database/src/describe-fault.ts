import { framesOf, harmless, messageOf, OperatorError, stackOf } from '#libs/domain';
import { describeDatabaseError, isRefusedStatement } from './describe-database-error.js';

/** An error in the words of its owner. */
export interface Fault {
  /** One line for the operator, fit to be stored with the run. */
  readonly message: string;
  /** Of a fault of this software: where it happened. */
  readonly stack?: string;
  /** What the database said of a statement of ours: SQL and names, for the debug log alone. */
  readonly detail?: string;
}

/**
 * What the sources and the database say of themselves is passed on. Anything else is a fault of this software: the run
 * says "internal error", and the log has the stack, without what the database said of our statement.
 */
export function describeFault(error: unknown): Fault {
  if (error instanceof OperatorError) return { message: harmless(error.message) };
  const database = describeDatabaseError(error);
  if (database !== undefined) return { message: harmless(database) };
  if (isRefusedStatement(error)) {
    return { message: 'internal error', stack: framesOf(error as Error), detail: harmless(messageOf(error)) };
  }
  if (!(error instanceof Error)) return { message: `internal error: ${typeof error}`, stack: harmless(String(error)) };
  return { message: harmless(`internal error: ${error.name}`), stack: stackOf(error) };
}

/** Where a fault of this software happened, at level error; what the database said of it, at level debug. */
export function logFault(
  logger: { error(text: string): void; debug(text: string): void },
  { stack, detail }: Fault,
): void {
  if (stack !== undefined) logger.error(`internal error, at\n${stack}`);
  if (detail !== undefined) logger.debug(detail);
}
