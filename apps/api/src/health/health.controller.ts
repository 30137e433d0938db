import { Controller } from '@nestjs/common';
import { HealthCheckService } from '@nestjs/terminus';
import { Access, type AccessScope } from '../access/access-scope.js';
import { OpenToAll } from '../access/route-access.js';
import { Endpoint } from '../endpoint.js';
import { Freshness } from './freshness.js';
import * as dto from './health.dto.js';
import { Readiness } from './readiness.js';

@Controller()
export class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly readiness: Readiness,
    private readonly freshness: Freshness,
  ) {}

  @OpenToAll()
  @Endpoint('/live', 'Whether the process runs', dto.live)
  live() {
    return { status: 'ok' };
  }

  @OpenToAll()
  @Endpoint(['/ready', '/health/ready'], 'Whether the database answers and is migrated; 503 and why', dto.health)
  ready() {
    return this.checks.check([() => this.readiness.database(), () => this.readiness.schema()]);
  }

  /** Needs a token where tokens are asked for: the text of an error may name what costs are made of. */
  @Endpoint('/health', 'Database, schema, age of the figures, last errors and gaps of usage', dto.health)
  async health(@Access() access: AccessScope) {
    const { status, details } = await this.checks.check([
      () => this.readiness.database(),
      () => this.readiness.schema(),
      () => this.freshness.syncs(access),
      () => this.freshness.usage(access),
      () => this.freshness.compute(access),
    ]);
    // Terminus repeats each detail under `info` or `degraded`.
    return { status, details };
  }
}
