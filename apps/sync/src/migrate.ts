import 'reflect-metadata';
import { parseDatabaseUrl } from '#libs/config';
import { createDataSource, migrate, reportFault } from '#libs/database';
import { MEASURES } from '#libs/prometheus';

/** Brings the database's schema up to date and says what it did. */
async function main(): Promise<number> {
  const dataSource = createDataSource(parseDatabaseUrl(process.env), { applicationName: 'migrate' });
  await dataSource.initialize();
  try {
    const applied = await migrate(dataSource, MEASURES);
    process.stdout.write(applied.map((name) => `applied ${name}\n`).join('') || 'the database is up to date\n');
    return 0;
  } finally {
    await dataSource.destroy();
  }
}

process.exit(await main().catch((error: unknown) => reportFault('cannot migrate', error)));
