import { AWAY, databaseFaultOf } from '../database-fault.js';

/**
 * The database cannot answer now, through no fault of the request. The message is fit for strangers: it names no host,
 * no role and no SQL; `cause` has the rest for the log.
 */
export class DatabaseUnavailable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DatabaseUnavailable';
  }
}

/** The database answers, and lacks what this build reads. */
export class DatabaseNotMigrated extends DatabaseUnavailable {}

/** The database answers, and has no connection free. */
export class DatabaseBusy extends DatabaseUnavailable {}

const BY_KIND = { busy: DatabaseBusy, 'not migrated': DatabaseNotMigrated };

/** The fault as DatabaseUnavailable when trying again later may help; any other error as it is. */
export function asDatabaseUnavailable(error: unknown): unknown {
  if (error instanceof DatabaseUnavailable) return error;
  const fault = databaseFaultOf(error);
  if (fault === undefined) return error;
  const Unavailable = fault.kind in BY_KIND ? BY_KIND[fault.kind as keyof typeof BY_KIND] : DatabaseUnavailable;
  return new Unavailable(fault.sentence, error);
}

/** Of an error while a connection was made: no fault of the request, whatever it is. */
export function asUnconnected(error: unknown): DatabaseUnavailable {
  const fault = asDatabaseUnavailable(error);
  return fault instanceof DatabaseUnavailable ? fault : new DatabaseUnavailable(AWAY.sentence, error);
}
