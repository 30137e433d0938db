import { ConfigurationError, warnOfVariables } from '#libs/config';
import { describeFault } from './describe-fault.js';

const EXIT_FAILED = 1;

/**
 * Writes what an operator reads when a program could do nothing: no stack for what the message explains.
 *
 * @param what what could not be done; faults of the environment speak for themselves.
 * @returns the status to exit with.
 */
export function reportFault(what: string, error: unknown): number {
  if (error instanceof ConfigurationError) {
    const lines = [error.message, ...warnOfVariables(process.env).map((warning) => `  - ${warning}`)];
    process.stderr.write(`${lines.join('\n')}\n`);
    return EXIT_FAILED;
  }
  const { message, stack } = describeFault(error);
  process.stderr.write(`${what}: ${message}\n${stack ? `${stack}\n` : ''}`);
  return EXIT_FAILED;
}
