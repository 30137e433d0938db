import type { Logger } from '@nestjs/common';

/** Where a run shows how far it is. */
export interface Progress {
  /** A phase is `done` days of `total` far. */
  show(phase: string, done: number, total: number): void;
  /** The phase is over: what comes next starts on a fresh line. */
  end(): void;
}

/** One line of a terminal, written over again and again. */
export class TerminalProgress implements Progress {
  constructor(private readonly terminal: NodeJS.WriteStream) {}

  show(phase: string, done: number, total: number): void {
    this.terminal.write(`\r\x1b[K${phase}: ${done} of ${total} days`);
  }

  end(): void {
    this.terminal.write('\r\x1b[K');
  }
}

const LOG_EVERY_MS = 10_000;

/** A line of the log now and then; short phases log none. */
export class LogProgress implements Progress {
  private lastMs = Date.now();

  constructor(private readonly logger: Logger) {}

  show(phase: string, done: number, total: number): void {
    if (Date.now() - this.lastMs < LOG_EVERY_MS) return;
    this.lastMs = Date.now();
    this.logger.log(`${phase}: ${done} of ${total} days`);
  }

  end(): void {
    this.lastMs = Date.now();
  }
}
