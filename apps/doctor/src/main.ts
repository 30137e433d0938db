import { describeSyncSettings, parseSyncConfig, warnOfVariables } from '#libs/config';
import { formatPrice } from '#libs/cost-explorer';
import { reportFault } from '#libs/database';
import { examine } from './examine.js';
import { formatTable, formatTally } from './table.js';

const USAGE = `usage: npm run doctor
  checks the database, AWS and Prometheus with the environment of the sync, and says what to do about each fault;
  sends Cost Explorer four requests for 0.01 USD each, and changes nothing
`;
/** Of a log or a file, which has no width of its own. */
const DEFAULT_WIDTH = 160;

/** @returns the status to exit with: 0 without a failure, whatever the warnings; 2 for arguments, of which it takes none. */
async function main(): Promise<number> {
  if (process.argv.length > 2) {
    process.stderr.write(USAGE);
    return 2;
  }
  const config = parseSyncConfig(process.env);
  process.stdout.write(`settings: ${describeSyncSettings(process.env).join(', ')}\n\n`);
  const { findings, requests } = await examine(config, new Date(), warnOfVariables(process.env));
  process.stdout.write(formatTable(findings, process.stdout.columns ?? DEFAULT_WIDTH));
  process.stdout.write(
    `\n${formatTally(findings)}; ${requests} requests to Cost Explorer for ${formatPrice(requests)} USD\n`,
  );
  return findings.some(({ status }) => status === 'failure') ? 1 : 0;
}

process.exit(await main().catch((error: unknown) => reportFault('the doctor cannot work', error)));
