import 'reflect-metadata';
import { parseDatabaseUrl } from '#libs/config';
import { migrate, openDataSource, reportFault } from '#libs/database';
import { MEASURES } from '#libs/prometheus';

/** A table of many years is written anew in less. */
const STATEMENT_TIMEOUT_MS = 3_600_000;

/** Brings the database's schema up to date and says what it did. */
async function main(): Promise<number> {
  if (process.argv.length > 2) {
    process.stderr.write(
      `usage: npm run migrate\n  brings the schema of DATABASE_URL up to date, as the owner of the tables\n`,
    );
    return 2;
  }
  const dataSource = await openDataSource(parseDatabaseUrl(process.env), {
    applicationName: 'migrate',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    const applied = await migrate(dataSource, MEASURES, {
      onWait: (whom) => process.stderr.write(`waiting for ${whom}\n`),
    });
    process.stdout.write(applied.map((name) => `applied ${name}\n`).join('') || 'the database is up to date\n');
    return 0;
  } finally {
    await dataSource.destroy();
  }
}

process.exit(await main().catch((error: unknown) => reportFault('cannot migrate', error)));
