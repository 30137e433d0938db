import type { Logger } from '@nestjs/common';

/** Where a run shows how far it is. */
export interface Progress {
  /** What is being done, and how far it is. */
  show(text: string): void;
  /** The phase is over: what comes next starts on a fresh line. */
  end(): void;
}

/** One line of a terminal, written over again and again. */
export class TerminalProgress implements Progress {
  constructor(private readonly terminal: NodeJS.WriteStream) {}

  show(text: string): void {
    this.terminal.write(`\r\x1b[K${text}`);
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

  show(text: string): void {
    if (Date.now() - this.lastMs < LOG_EVERY_MS) return;
    this.lastMs = Date.now();
    this.logger.log(text);
  }

  end(): void {
    this.lastMs = Date.now();
  }
}
