import { Controller, Query } from '@nestjs/common';
import { dayStates } from '#libs/database/queries';
import type { z } from 'zod';
import { Access, type AccessScope } from '../access/access-scope.js';
import { FigureEndpoint } from '../figures/figure-endpoint.js';
import { Figures } from '../figures/figures.js';
import * as dto from './days.dto.js';

@Controller()
export class DaysController {
  constructor(private readonly figures: Figures) {}

  @FigureEndpoint('/days', 'Days with costs: whether they are estimated, and what is known of their usage', dto.DayRows)
  days(@Query({ schema: dto.Days }) query: z.infer<typeof dto.Days>, @Access() access: AccessScope) {
    return this.figures.rows(query, access, dayStates);
  }
}
