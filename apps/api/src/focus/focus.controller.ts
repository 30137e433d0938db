import { Controller, Query } from '@nestjs/common';
import { focusCharges } from '#libs/database/queries';
import type { z } from 'zod';
import { Access, type AccessScope } from '../access/access-scope.js';
import { ShowsOwn } from '../access/route-access.js';
import { FigureEndpoint } from '../figures/figure-endpoint.js';
import { Figures } from '../figures/figures.js';
import * as dto from './focus.dto.js';

@Controller()
export class FocusController {
  constructor(private readonly figures: Figures) {}

  @ShowsOwn()
  @FigureEndpoint('/focus', 'Charges and who bears them as CSV, in the columns of FinOps FOCUS 1.2', dto.FocusRows)
  focus(@Query({ schema: dto.Focus }) query: z.infer<typeof dto.Focus>, @Access() access: AccessScope) {
    return this.figures.rows(query, access, (scope) => focusCharges(scope, query.version));
  }
}
