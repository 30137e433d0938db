import { ConfigurationError } from '#libs/config';
import { describeFault } from './describe-fault.js';
import { EXIT_FAILED } from './exit-status.js';

/**
 * Writes what an operator reads when a program could do nothing: no stack for what the message explains.
 *
 * @param what what could not be done; faults of the environment speak for themselves.
 * @returns the status to exit with.
 */
export function reportFault(what: string, error: unknown): number {
  if (error instanceof ConfigurationError) {
    process.stderr.write(`${error.message}\n`);
    return EXIT_FAILED;
  }
  const { message, stack } = describeFault(error);
  process.stderr.write(`${what}: ${message}\n${stack ? `${stack}\n` : ''}`);
  return EXIT_FAILED;
}
