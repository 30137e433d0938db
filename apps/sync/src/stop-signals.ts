import { OperatorError } from '#libs/domain';

/** The process was told to end; the run in flight records it as its error. */
export class StoppedError extends OperatorError {
  constructor(signalName: string) {
    super(`stopped by ${signalName}`);
  }
}

/** Kubernetes kills after 30 s by default, compose after 10 s: before that, whatever is open is given up. */
const DEADLINE_MS = 9_000;

/**
 * Aborts at the first SIGTERM or SIGINT, with a StoppedError as reason. A second signal, or a stop that takes too long,
 * ends the process at once: the database then rolls back what was not committed.
 */
export function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const [name, number] of [
    ['SIGTERM', 15],
    ['SIGINT', 2],
  ] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(128 + number);
      controller.abort(new StoppedError(name));
      setTimeout(() => {
        process.stderr.write(`did not stop within ${DEADLINE_MS / 1000} s of ${name}: ended without waiting\n`);
        process.exit(1);
      }, DEADLINE_MS).unref();
    });
  }
  return controller.signal;
}
