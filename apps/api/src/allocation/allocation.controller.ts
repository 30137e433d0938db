import { Controller, ForbiddenException, Query } from '@nestjs/common';
import { allocation, allocationTrends, firstRunningDay, ReportingDatabase } from '#libs/database/queries';
import type { Day } from '#libs/domain';
import type { z } from 'zod';
import { Access, type AccessScope } from '../access/access-scope.js';
import { ShowsOwn } from '../access/route-access.js';
import { FigureEndpoint } from '../figures/figure-endpoint.js';
import { Figures } from '../figures/figures.js';
import * as dto from './allocation.dto.js';
import { planTrend } from './trend-windows.js';

@Controller()
export class AllocationController {
  constructor(
    private readonly figures: Figures,
    private readonly database: ReportingDatabase,
  ) {}

  @ShowsOwn()
  @FigureEndpoint(
    '/allocation',
    "Cost by any of cluster, hub, component, service, instance type, user and group, over any window, in OpenCost's words",
    dto.AllocationRows,
  )
  allocation(@Query({ schema: dto.Allocation }) query: z.infer<typeof dto.Allocation>, @Access() access: AccessScope) {
    if (access.user !== undefined && (query.dimensions.includes('service') || query.service !== undefined)) {
      throw new ForbiddenException('nobody is known to use a service: its costs are not your own');
    }
    return this.figures.rows(query, access, (scope, filter) => allocation(scope, filter, query.step, query));
  }

  @FigureEndpoint(
    '/allocation/trends',
    'The same for the complete days of a window and for those before it: what rose most first',
    dto.TrendRows,
  )
  trends(@Query({ schema: dto.Trends }) query: z.infer<typeof dto.Trends>, @Access() access: AccessScope) {
    return this.figures.rows(query, access, async (scope, filter, signal) => {
      const [running] = await this.database.listRows<{ day: Day | null }>(
        firstRunningDay(scope.cluster, query.asked),
        signal,
      );
      const { asked, compare, planned } = query;
      const upToRunning = running?.day ? planTrend(asked, compare, running.day) : undefined;
      return allocationTrends(scope, upToRunning ?? planned, filter, query);
    });
  }
}
