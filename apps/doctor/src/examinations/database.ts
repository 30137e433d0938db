import { createDataSource, describeDatabaseError, inspectDatabase } from '#libs/database';
import { judgeDatabase } from '../checks/database.js';
import { failure, ok, type Finding } from '../finding.js';

export interface DatabaseExamination {
  readonly findings: readonly Finding[];
  readonly clockSkewMs: number | undefined;
}

/** As the role of DATABASE_URL: give the doctor the sync's environment. */
export async function examineDatabase(databaseUrl: string): Promise<DatabaseExamination> {
  const dataSource = createDataSource(databaseUrl, { applicationName: 'doctor', poolSize: 1 });
  try {
    await dataSource.initialize();
    const inspection = await inspectDatabase(dataSource);
    const reached = ok('database', `answers as ${inspection.role}`);
    return { findings: [reached, ...judgeDatabase(inspection)], clockSkewMs: inspection.clockSkewMs };
  } catch (error) {
    const reason = describeDatabaseError(error);
    if (reason === undefined) throw error;
    const away = failure(
      'database',
      reason,
      'check DATABASE_URL (host, port, password, sslmode) and that the network lets this machine or pod through',
    );
    return { findings: [away], clockSkewMs: undefined };
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}
