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
  const { message, stack } = describeFault(error);
  const prefix = error instanceof ConfigurationError ? '' : `${what}: `;
  process.stderr.write(`${prefix}${message}\n${stack ? `${stack}\n` : ''}`);
  return EXIT_FAILED;
}
