import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { ScheduleModule } from '@nestjs/schedule';
import type { SyncConfig } from '#libs/config';
import { SyncDatabase } from './database.js';
import { SyncRunner } from './runner.js';
import { SyncSchedule } from './schedule.js';

@Module({})
export class SyncModule {
  static configuredBy(config: SyncConfig): DynamicModule {
    return {
      module: SyncModule,
      imports: [
        ConfigModule.forRoot({ ignoreEnvFile: true, ignoreEnvVars: true, load: [registerAs('sync', () => config)] }),
        ScheduleModule.forRoot(),
      ],
      providers: [SyncDatabase, SyncRunner, SyncSchedule],
    };
  }
}
