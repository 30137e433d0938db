import { harmless } from './foreign-text.js';

/**
 * An error whose message is written for the operator: it names what failed and what to check, and holds no secret, no SQL
 * and no username. It may be stored with a run, logged and shown. Any other error is a fault of this software.
 */
export class OperatorError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** What went wrong, in one line. Node's error for a host with several addresses says nothing itself; its parts do. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}

/** The lines of an error's stack that say where, without the first ones, which repeat the message. */
export function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map(harmless)
    .join('\n');
}

/** An error's stack, fit for the log whatever its message holds. */
export function stackOf(error: Error): string {
  return `${harmless(`${error.name}: ${error.message}`)}\n${framesOf(error)}`;
}
