import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { parseStoredCluster } from '#libs/config';
import { reportFault, type Forgotten } from '#libs/database';
import { dayOf } from '#libs/domain';
import { EXIT_USAGE } from './exit-status.js';
import { withSession } from './with-session.js';

const USAGE = `usage: npm run forget -- --hub HUB --user NAME [--as PSEUDONYM]
  puts a pseudonym (by default forgotten-1, forgotten-2, …) in the place of a person's name in all that is stored;
  costs stay as they are
`;

/** @returns the status to exit with. */
async function main(): Promise<number> {
  const request = parseRequest(process.argv.slice(2));
  if (!request) {
    process.stderr.write(USAGE);
    return EXIT_USAGE;
  }
  return withSession(parseStoredCluster(process.env), 'forget', async (session) =>
    formatForgotten(await session.forgetUser(request)),
  );
}

function parseRequest(args: string[]): { hub: string; username: string; as: string | undefined } | undefined {
  try {
    const options = { hub: { type: 'string' }, user: { type: 'string' }, as: { type: 'string' } } as const;
    const { hub, user, as } = parseArgs({ args, options }).values;
    return hub && user && as !== '' && as !== user ? { hub, username: user, as } : undefined;
  } catch {
    return undefined;
  }
}

/** What was done, without the name that is forgotten. */
function formatForgotten({ pseudonym, rows, days, comesBackFrom }: Forgotten): string {
  const counts = Object.entries(rows).map(([table, count]) => `${count} in ${table}`);
  const open = comesBackFrom ?? dayOf(new Date());
  return (
    `forgotten: the name is ${pseudonym} now, on ${days} days (rows: ${counts.join(', ')})\n` +
    `Days from ${open} on are not complete: a run that reads them again brings the name back while Prometheus has it. ` +
    `So does a backfill of a day whose usage has changed since. Run this again after it.\n`
  );
}

process.exit(await main().catch((error: unknown) => reportFault('nothing was done', error)));
