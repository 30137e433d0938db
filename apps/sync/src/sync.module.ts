import { Module, type DynamicModule } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { syncConfig, type SyncConfig } from '#libs/config';
import { SyncDatabase } from './database.js';
import { SyncRunner } from './runner.js';
import { SyncSchedule } from './schedule.js';

@Module({})
export class SyncModule {
  static configuredBy(config: SyncConfig): DynamicModule {
    return {
      module: SyncModule,
      imports: [ScheduleModule.forRoot()],
      providers: [{ provide: syncConfig.KEY, useValue: config }, SyncDatabase, SyncRunner, SyncSchedule],
    };
  }
}
