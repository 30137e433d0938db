import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { computeFallbacks, ReportingDatabase, type ComputeFallbacks } from '#libs/database/queries';
import { addDays } from '#libs/domain';
import { isClusterSeen, type AccessScope } from '../access/access-scope.js';
import { today } from '../parameters/day-range.js';

const DAYS = 30;
const REMEDY =
  'Prometheus lacks instance types or allocatable of nodes, so compute is divided by memory requests: start ' +
  'kube-state-metrics with --metric-labels-allowlist=nodes=[*], and keep kube_node_labels and kube_node_status_allocatable';

/** Which days' compute was divided otherwise than the deployment wants. It degrades while the newest days are among them. */
@Injectable()
export class ComputeMeasure {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly reporting: ReportingDatabase,
  ) {}

  async method(access: AccessScope) {
    const indicator = this.indicators.check('compute');
    try {
      const all = await this.reporting.list<ComputeFallbacks>(
        computeFallbacks({ from: addDays(today(), -DAYS), until: today() }),
      );
      const fallbacks = all
        .filter(({ cluster }) => isClusterSeen(cluster, access))
        .map(({ cluster, days, last_day, goes_on }) => ({ cluster, days, lastDay: last_day, goesOn: goes_on }));
      if (!fallbacks.some(({ goesOn }) => goesOn)) return indicator.up({ fallbacks });
      return indicator.degraded({ message: REMEDY, fallbacks });
    } catch (error) {
      return indicator.down((error as Error).message);
    }
  }
}
