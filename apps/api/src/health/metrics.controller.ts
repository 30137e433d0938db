import { Controller, Header } from '@nestjs/common';
import { OpenToAll } from '../access/open-to-all.js';
import { Endpoint } from '../endpoint.js';
import { Metrics } from './metrics.js';

@Controller()
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @OpenToAll()
  @Endpoint('/metrics', 'Requests, age of the figures and the process, for Prometheus')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  expose(): Promise<string> {
    return this.metrics.expose();
  }
}
