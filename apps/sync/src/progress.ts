import type { Logger } from '@nestjs/common';
import type { RunId, SyncSource } from '#libs/database';
import type { Day } from '#libs/domain';

/** What every line of a run's log names. Days as in a window: `until` is not in it. */
export interface RunFields {
  readonly runId: RunId;
  readonly source: SyncSource;
  readonly from: Day;
  readonly until: Day;
}

/** Where a run shows how far it is. */
export interface Progress {
  /** What follows is of this run. */
  begin(run: RunFields): void;
  /** What is being done, and how far it is. */
  show(text: string): void;
  /** The phase is over: what comes next starts on a fresh line. */
  end(): void;
}

/** One line of a terminal, written over again and again. */
export class TerminalProgress implements Progress {
  constructor(private readonly terminal: NodeJS.WriteStream) {}

  begin(): void {}

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
  private run: RunFields | undefined;

  constructor(private readonly logger: Logger) {}

  begin(run: RunFields): void {
    this.run = run;
    this.lastMs = Date.now();
  }

  show(text: string): void {
    if (Date.now() - this.lastMs < LOG_EVERY_MS) return;
    this.lastMs = Date.now();
    this.logger.log(text, this.run ?? {});
  }

  end(): void {
    this.run = undefined;
    this.lastMs = Date.now();
  }
}
