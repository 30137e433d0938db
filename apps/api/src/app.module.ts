import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import type { ApiConfig } from '#libs/config';
import { AccessModule } from './access/access.module.js';
import { AllocationModule } from './allocation/allocation.module.js';
import { BudgetsModule } from './budgets/budgets.module.js';
import { CostsModule } from './costs/costs.module.js';
import { DaysModule } from './days/days.module.js';
import { ReportingModule } from './database/reporting.module.js';
import { DocsModule } from './docs/docs.module.js';
import { FaultFilter } from './faults/fault.filter.js';
import { FocusModule } from './focus/focus.module.js';
import { HealthModule } from './health/health.module.js';
import { HubsModule } from './hubs/hubs.module.js';
import { parameterPipe } from './parameters/parameter.pipe.js';
import { StatementsModule } from './statements/statements.module.js';
import { UsageModule } from './usage/usage.module.js';

@Module({
  providers: [
    { provide: APP_PIPE, useValue: parameterPipe },
    { provide: APP_FILTER, useClass: FaultFilter },
  ],
})
export class AppModule {
  /** The API of one configuration. */
  static with(config: ApiConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot({
          isGlobal: true,
          ignoreEnvFile: true,
          ignoreEnvVars: true,
          load: [registerAs('api', () => config)],
        }),
        ReportingModule,
        AccessModule,
        CostsModule,
        AllocationModule,
        BudgetsModule,
        HubsModule,
        UsageModule,
        DaysModule,
        FocusModule,
        StatementsModule,
        HealthModule.with(config),
        // After the features, in the order of which the index lists their endpoints.
        DocsModule,
      ],
    };
  }
}
