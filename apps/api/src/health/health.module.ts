import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import type { ApiConfig } from '#libs/config';
import { Freshness } from './freshness.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [Readiness, Freshness, Metrics],
  exports: [Metrics],
})
export class HealthModule {
  static with({ metricsPort }: ApiConfig): DynamicModule {
    return { module: HealthModule, controllers: metricsPort === undefined ? [MetricsController] : [] };
  }
}
