import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { apiConfig, type ApiConfig } from '#libs/config';
import { AccessGate } from './access/access-gate.js';
import { AnswerInterceptor } from './answers/answer.interceptor.js';
import { Answers } from './answers/answers.js';
import { Scopes } from './answers/scopes.js';
import { CostsController } from './costs/costs.controller.js';
import { ReportingModule } from './database/reporting.module.js';
import { DocsController } from './docs/docs.controller.js';
import { EndpointCatalogue } from './docs/endpoint-catalogue.js';
import { IndexController } from './docs/index.controller.js';
import { OpenApiDocument } from './docs/openapi-document.js';
import { FaultFilter } from './faults/fault.filter.js';
import { Freshness } from './health/freshness.js';
import { HealthController } from './health/health.controller.js';
import { MetricsController } from './health/metrics.controller.js';
import { Metrics } from './health/metrics.js';
import { Readiness } from './health/readiness.js';
import { HubsController } from './hubs/hubs.controller.js';
import { parameterPipe } from './parameters/parameter.pipe.js';
import { UsageController } from './usage/usage.controller.js';

@Module({})
export class AppModule {
  /** The API of one configuration. */
  static with(config: ApiConfig): DynamicModule {
    return {
      module: AppModule,
      global: true,
      imports: [ReportingModule, DiscoveryModule, TerminusModule.forRoot({ logger: false })],
      controllers: [
        CostsController,
        HubsController,
        UsageController,
        HealthController,
        MetricsController,
        DocsController,
        IndexController,
      ],
      providers: [
        { provide: apiConfig.KEY, useValue: config },
        { provide: APP_PIPE, useValue: parameterPipe },
        { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
        { provide: APP_FILTER, useClass: FaultFilter },
        AccessGate,
        Answers,
        Scopes,
        Readiness,
        Freshness,
        Metrics,
        EndpointCatalogue,
        OpenApiDocument,
      ],
      exports: [apiConfig.KEY],
    };
  }
}
