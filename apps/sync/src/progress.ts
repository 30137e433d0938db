import type { Logger } from '@nestjs/common';
import type { RunId, SyncSource } from '#libs/database';
import type { Day } from '#libs/domain';
import { formatWindow, SOURCE_NAMES, type SourceSummary } from './run-summary.js';

/** What every line of a run's log names. Days as in a window: `until` is not in it. */
export interface RunFields {
  readonly runId: RunId;
  readonly source: SyncSource;
  readonly from: Day;
  readonly until: Day;
}

/** Where a run shows how far it is, and what came of it. */
export interface Progress {
  /** What follows is of this run. */
  begin(run: RunFields): void;
  /** What is being done, and how far it is. */
  show(text: string): void;
  /** The run is over, and recorded. */
  end(summary?: SourceSummary): void;
}

/** One line of a terminal, written over again and again. The summary is printed after all runs. */
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

/**
 * A line of the log when a run begins, and one every ten seconds. With `fields` every line names its run, and the last one
 * sums it up, for machines; without, lines are for people, to whom a summary is printed after all runs.
 */
export class LogProgress implements Progress {
  private run: RunFields | undefined;
  private text: string | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly logger: Pick<Logger, 'log' | 'warn' | 'error'>,
    private readonly fields = true,
  ) {}

  begin(run: RunFields): void {
    this.run = run;
    this.text = undefined;
    const beganMs = Date.now();
    if (this.fields) this.logger.log('run started', run);
    else this.logger.log(`${SOURCE_NAMES[run.source]}: run started, ${formatWindow(run)}`);
    this.timer = setInterval(() => {
      const text = `${this.text ?? 'working'}, after ${Math.round((Date.now() - beganMs) / 1000)} s`;
      if (this.fields) this.logger.log(text, run);
      else this.logger.log(text);
    }, LOG_EVERY_MS).unref();
  }

  show(text: string): void {
    this.text = text;
  }

  end(summary?: SourceSummary): void {
    clearInterval(this.timer);
    if (this.run && summary && this.fields) this.logSummary(this.run, summary);
    this.run = undefined;
  }

  private logSummary(run: RunFields, summary: SourceSummary): void {
    const { error, days, daysDue, daysChanged, rowsWritten, restatements, requests, durationMs, notes } = summary;
    const counts = { ...run, days, daysDue, daysChanged, rowsWritten, restatements, requests, durationMs };
    if (error === undefined) this.logger.log('run succeeded', counts);
    else this.logger.error(`run failed: ${error}`, counts);
    for (const note of notes) this.logger.warn(note, run);
  }
}
