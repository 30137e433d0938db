import { Controller, Header } from '@nestjs/common';
import { NeedsEverything } from '../access/route-access.js';
import { Endpoint } from '../endpoint.js';
import { METRICS_CONTENT_TYPE, Metrics } from './metrics.js';

/** Where there is no METRICS_PORT. It shows what all hubs and the account cost. */
@Controller()
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @NeedsEverything()
  @Endpoint('/metrics', 'Requests, age of the figures and the process, for Prometheus')
  @Header('Content-Type', METRICS_CONTENT_TYPE)
  expose(): Promise<string> {
    return this.metrics.expose();
  }
}
