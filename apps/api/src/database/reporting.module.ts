import { Global, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiConfig, type ApiConfig } from '#libs/config';
import { ReportingDatabase } from '#libs/database/queries';
import { harmless } from '#libs/domain';

const CLOSE_TIMEOUT_MS = 2000;

/** The one connection pool of the process. */
@Global()
@Module({
  providers: [
    {
      provide: ReportingDatabase,
      inject: [apiConfig.KEY],
      useFactory: (config: ApiConfig) => {
        const logger = new Logger(ReportingDatabase.name);
        const onFault = (error: Error) => logger.warn(`connection lost: ${harmless(error.message)}`);
        return new ReportingDatabase(config.databaseUrl, onFault, config.databasePoolSize);
      },
    },
  ],
  exports: [ReportingDatabase],
})
export class ReportingModule implements OnApplicationShutdown {
  constructor(@Inject(ReportingDatabase) private readonly database: ReportingDatabase) {}

  /** After the last request was answered. A database that hangs does not keep the process. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.race([this.database.close(), sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
  }
}
