import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseStoredCluster } from '#libs/config';
import { readStatementFacts, reportFault, ReportingDatabase, type ClosedMonth } from '#libs/database';
import { composeStatement, dayOf, firstOfMonth, isDay, messageOf, OperatorError, type Day } from '#libs/domain';
import { STATEMENT_FORMATS, statementFileName, writeStatement, type StatementFormat } from '#libs/statements';
import { EXIT_USAGE } from './exit-status.js';
import { withSession } from './with-session.js';

const USAGE = `usage:
  npm run statement -- --month 2026-10 [--hub HUB] [--group GROUP] [--user USER] [--format pdf|xlsx|csv|json] [--version N]
      writes the month's statement into a file here; of a closed month its frozen figures
  npm run statement -- --month 2026-10 --close
      freezes the month's figures as version 1, or what AWS restated since as the next version; needs the sync's role
`;

const OPTIONS = {
  month: { type: 'string' },
  hub: { type: 'string' },
  group: { type: 'string' },
  user: { type: 'string' },
  format: { type: 'string' },
  version: { type: 'string' },
  close: { type: 'boolean' },
} as const;

type Request =
  | { readonly month: Day; readonly closes: true }
  | {
      readonly month: Day;
      readonly closes: false;
      readonly format: StatementFormat;
      readonly version: number | undefined;
      readonly hub: string | undefined;
      readonly group: string | undefined;
      readonly user: string | undefined;
    };

class UsageError extends OperatorError {}

/** @throws UsageError that names every option that makes no sense. */
function parseRequest(args: string[], today: Day): Request {
  const { month = '', close = false, format = 'pdf', version, ...names } = parseOptions(args);
  const first = `${month}-01`;
  const isMonth = /^\d{4}-\d{2}$/.test(month) && isDay(first) && first >= '0001-01-01';
  const faults = [
    ...(isMonth ? [] : ['--month: must be a month such as 2026-10']),
    ...(isMonth && first > firstOfMonth(today) ? ['--month: lies in the future'] : []),
    ...(Object.hasOwn(STATEMENT_FORMATS, format)
      ? []
      : [`--format: must be ${Object.keys(STATEMENT_FORMATS).join(', ')}`]),
    ...(version === undefined || /^[1-9]\d{0,8}$/.test(version) ? [] : ['--version: must be a whole number above 0']),
    ...Object.entries(names).flatMap(([name, value]) => (value === '' ? [`--${name}: must not be empty`] : [])),
    ...(close && args.length > 3 ? ['--close: goes with --month alone'] : []),
  ];
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  if (close) return { month: first, closes: true };
  const { hub, group, user } = names;
  const number = version === undefined ? undefined : Number(version);
  return { month: first, closes: false, format: format as StatementFormat, version: number, hub, group, user };
}

function parseOptions(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** @returns the status to exit with. */
async function main(): Promise<number> {
  const today = dayOf(new Date());
  const request = parseRequest(process.argv.slice(2), today);
  const stored = parseStoredCluster(process.env);
  if (request.closes) {
    return withSession(stored, 'statement', async (session) =>
      describeClosed(await session.closeMonthAlone(request.month, today)),
    );
  }
  const { month, format, version, hub, group, user } = request;
  const database = new ReportingDatabase(stored.databaseUrl, () => undefined, 2);
  try {
    const hubs = hub === undefined ? undefined : [hub];
    const facts = await readStatementFacts(
      database,
      { cluster: stored.clusterName, hubs: undefined },
      { month, today, version, hubs, user, usergroup: group },
    );
    const file = statementFileName({ month, hub, usergroup: group, user, version }, format);
    writeOut(file, await writeStatement(composeStatement(facts), format));
    process.stdout.write(`wrote ${file}\n`);
    return 0;
  } finally {
    await database.close();
  }
}

/** @throws OperatorError, such as in a container whose file system is read-only. */
function writeOut(file: string, body: Buffer): void {
  try {
    writeFileSync(file, body);
  } catch (error) {
    throw new OperatorError(`the file cannot be written: ${messageOf(error)}`);
  }
}

function describeClosed({ month, version, latest, estimatedDays }: ClosedMonth): string {
  const name = month.slice(0, 7);
  if (version === undefined) return `${name} is closed already: AWS restated nothing since version ${latest}\n`;
  const estimated =
    estimatedDays > 0 ? `AWS may still change ${estimatedDays} of its days: that will show as an adjustment\n` : '';
  return `closed ${name} as version ${version}\n${estimated}`;
}

process.exit(
  await main().catch((error: unknown) => {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n${USAGE}`);
      return EXIT_USAGE;
    }
    return reportFault('nothing was done', error);
  }),
);
