import { Logger } from '@nestjs/common';
import { monitoredFigures, ReportingDatabase, type MonitoredFigures } from '#libs/database/queries';
import { harmless, messageOf } from '#libs/domain';
import { today } from '../parameters/day-range.js';

/** However often and by however many we are scraped, the database is asked once in this time. */
const KEEP_MS = 5000;

/** Reads the monitored figures, once for all scrapes of some seconds. */
export class MonitoredFiguresReader {
  readonly #logger = new Logger(MonitoredFiguresReader.name);
  #kept: { readonly figures: Promise<MonitoredFigures | undefined>; readonly readAt: number } | undefined;

  constructor(private readonly reporting: ReportingDatabase) {}

  /** The figures as of some seconds ago at most; undefined when the database could not give them. */
  read(): Promise<MonitoredFigures | undefined> {
    const now = Date.now();
    if (!this.#kept || now - this.#kept.readAt >= KEEP_MS) this.#kept = { figures: this.#ask(), readAt: now };
    return this.#kept.figures;
  }

  async #ask(): Promise<MonitoredFigures | undefined> {
    try {
      const [figures] = await this.reporting.list<MonitoredFigures>(monitoredFigures(today()));
      return figures;
    } catch (error) {
      this.#logger.warn(`no figures for /metrics: ${harmless(messageOf(error))}`);
      return undefined;
    }
  }
}
