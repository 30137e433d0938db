import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import {
  appliedMigrations,
  DatabaseBusy,
  DatabaseNotMigrated,
  missingMigrations,
  ReportingDatabase,
} from '#libs/database/queries';

/** Whether the database can be read: it answers, and it has been through every migration that this build reads. */
@Injectable()
export class Readiness {
  #wasMigrated = false;

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly reporting: ReportingDatabase,
  ) {}

  database() {
    return this.indicators.check('database').attempt(() => this.reporting.ping());
  }

  schema() {
    return this.indicators.check('schema').attempt(async () => {
      try {
        const missing = missingMigrations(await this.#applied());
        if (missing.length > 0)
          throw new DatabaseNotMigrated(`the database is not migrated: ${missing.join(', ')} missing`);
        this.#wasMigrated = true;
      } catch (error) {
        // A database that has no connection free is as it was.
        if (!(error instanceof DatabaseBusy && this.#wasMigrated)) throw error;
      }
    });
  }

  async #applied(): Promise<string[]> {
    try {
      const rows = await this.reporting.list<{ name: string }>(appliedMigrations());
      return rows.map(({ name }) => name);
    } catch (error) {
      if (error instanceof DatabaseNotMigrated) return [];
      throw error;
    }
  }
}
