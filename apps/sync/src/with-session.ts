import { findLockHolder, migrate, openDataSource, SyncSession } from '#libs/database';
import { MEASURES } from '#libs/prometheus';
import { describeHolder } from './describe-holder.js';
import { EXIT_LOCKED } from './exit-status.js';

/** Does the work of a command with the cluster's lock, and prints what it returns. @returns the status to exit with. */
export async function withSession(
  { databaseUrl, clusterName }: { readonly databaseUrl: string; readonly clusterName: string },
  applicationName: string,
  work: (session: SyncSession) => Promise<string>,
): Promise<number> {
  const dataSource = await openDataSource(databaseUrl, { applicationName });
  try {
    await migrate(dataSource, MEASURES);
    const session = await SyncSession.open(dataSource, clusterName);
    if (!session) {
      const holder = describeHolder(await findLockHolder(dataSource, clusterName));
      process.stderr.write(`another process works on this cluster${holder}; nothing was done\n`);
      return EXIT_LOCKED;
    }
    try {
      process.stdout.write(await work(session));
      return 0;
    } finally {
      await session.close();
    }
  } finally {
    await dataSource.destroy();
  }
}
