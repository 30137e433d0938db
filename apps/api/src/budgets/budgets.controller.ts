import { Controller, Query } from '@nestjs/common';
import { anomalies, budgets, forecasts } from '#libs/database/queries';
import type { z } from 'zod';
import { Access, type AccessScope } from '../access/access-scope.js';
import { ShowsOwn } from '../access/route-access.js';
import { FigureEndpoint } from '../figures/figure-endpoint.js';
import { Figures } from '../figures/figures.js';
import * as dto from './budgets.dto.js';

@Controller()
export class BudgetsController {
  constructor(private readonly figures: Figures) {}

  @ShowsOwn()
  @FigureEndpoint(
    '/budgets',
    'Budgets: what is spent, left and expected, and which thresholds were passed',
    dto.BudgetRows,
  )
  budgets(@Query({ schema: dto.Budgets }) query: z.infer<typeof dto.Budgets>, @Access() access: AccessScope) {
    return this.figures.rows(query, access, (scope, filter) => budgets(scope, filter, query));
  }

  @FigureEndpoint(
    '/forecast',
    'What the current month is expected to cost, by cluster, hub, group and component',
    dto.ForecastRows,
  )
  forecast(@Query({ schema: dto.Forecast }) query: z.infer<typeof dto.Forecast>, @Access() access: AccessScope) {
    return this.figures.rows(query, access, (scope, filter) => forecasts(scope, filter, query));
  }

  @ShowsOwn()
  @FigureEndpoint(
    '/anomalies',
    'Days that cost far more than usual, by component of a hub and by user',
    dto.AnomalyRows,
  )
  anomalies(@Query({ schema: dto.Anomalies }) query: z.infer<typeof dto.Anomalies>, @Access() access: AccessScope) {
    return this.figures.rows(query, access, (scope, filter) => anomalies(scope, filter, query.precision));
  }
}
