import { describeDatabaseError, inspectDatabase, openDataSource, TransactionPoolerError } from '#libs/database';
import { judgeDatabase } from '../checks/database.js';
import { failure, ok, type Finding } from '../finding.js';

export interface DatabaseExamination {
  readonly findings: readonly Finding[];
  readonly clockSkewMs: number | undefined;
}

const DIRECT = 'set DATABASE_URL of the sync to the server itself, or to a pool in session mode';

/** As the role of DATABASE_URL: give the doctor the sync's environment. */
export async function examineDatabase(databaseUrl: string): Promise<DatabaseExamination> {
  let dataSource: Awaited<ReturnType<typeof openDataSource>> | undefined;
  try {
    dataSource = await openDataSource(databaseUrl, { applicationName: 'doctor', poolSize: 1 });
    const inspection = await inspectDatabase(dataSource);
    const reached = ok('database', `answers as ${inspection.role}`);
    return { findings: [reached, ...judgeDatabase(inspection)], clockSkewMs: inspection.clockSkewMs };
  } catch (error) {
    if (error instanceof TransactionPoolerError) {
      return { findings: [failure('database', error.message, DIRECT)], clockSkewMs: undefined };
    }
    const reason = describeDatabaseError(error);
    if (reason === undefined) throw error;
    const away = failure(
      'database',
      reason,
      'check DATABASE_URL (host, port, password, sslmode) and that the network lets this machine or pod through',
    );
    return { findings: [away], clockSkewMs: undefined };
  } finally {
    await dataSource?.destroy();
  }
}
