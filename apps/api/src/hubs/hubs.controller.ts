import { Controller, Query } from '@nestjs/common';
import { hubNames } from '#libs/database/queries';
import { MEASURES } from '#libs/prometheus/measures';
import { z } from 'zod';
import { Access, type AccessScope } from '../access/access-scope.js';
import { Endpoint } from '../endpoint.js';
import { FigureEndpoint } from '../figures/figure-endpoint.js';
import { Figures } from '../figures/figures.js';
import { figureRequest, Ignored } from '../parameters/parameters.js';

const HubNames = figureRequest({});
/** In the order of the measures. */
const DIVIDED_COMPONENTS = [...new Set(MEASURES.flatMap(({ component }) => component ?? []))];

@Controller()
export class HubsController {
  constructor(private readonly figures: Figures) {}

  @FigureEndpoint(
    '/hub_names',
    'Hubs that have costs in the range; untagged cost is the hub support',
    z.array(z.string()),
  )
  hubNames(@Query({ schema: HubNames }) query: z.infer<typeof HubNames>, @Access() access: AccessScope) {
    return this.figures.rows(query, access, hubNames, 'names');
  }

  @Endpoint('/component-names', 'Components whose cost users share by usage', z.array(z.enum(DIVIDED_COMPONENTS)))
  componentNames(@Query({ schema: Ignored }) _query: z.infer<typeof Ignored>) {
    return DIVIDED_COMPONENTS;
  }
}
