import { Controller, Query } from '@nestjs/common';
import {
  costsPerUser,
  totalCosts,
  totalCostsPerComponent,
  totalCostsPerGroup,
  totalCostsPerHub,
  totalCostsPerHubSharedByUsage,
} from '#libs/database/queries';
import type { z } from 'zod';
import { Access, type AccessScope } from '../access/access-scope.js';
import { ShowsOwn } from '../access/route-access.js';
import { FigureEndpoint } from '../figures/figure-endpoint.js';
import { Figures } from '../figures/figures.js';
import * as dto from './costs.dto.js';

const COUNTED_IN_EACH =
  'with groups=full, the default, people in several groups are counted in each: add up with groups=split';

@Controller()
export class CostsController {
  constructor(private readonly figures: Figures) {}

  @FigureEndpoint(
    '/total_costs',
    'Cost of the AWS account, and the part attributable to the cluster, by day',
    dto.TotalCostsRows,
  )
  totalCosts(@Query({ schema: dto.TotalCosts }) query: z.infer<typeof dto.TotalCosts>, @Access() access: AccessScope) {
    return this.figures.rows(query, access, (scope, filter) => totalCosts(scope, filter, query));
  }

  @FigureEndpoint(
    '/total_costs_per_hub',
    'Hub cost by day: cost by the tag of the hub, untagged cost as support. With cost=borne: what the users of each hub bear, and unallocated cost',
    dto.TotalCostsPerHubRows,
  )
  totalCostsPerHub(
    @Query({ schema: dto.TotalCostsPerHub }) query: z.infer<typeof dto.TotalCostsPerHub>,
    @Access() access: AccessScope,
  ) {
    const perHub =
      query.cost === 'borne' || query.shared === 'usage' ? totalCostsPerHubSharedByUsage : totalCostsPerHub;
    return this.figures.rows(query, access, (scope, filter) => perHub(scope, filter, query));
  }

  @FigureEndpoint(
    '/total_costs_per_component',
    'Cost by day and component, of hubs by their tag',
    dto.TotalCostsPerComponentRows,
  )
  totalCostsPerComponent(
    @Query({ schema: dto.TotalCostsPerComponent }) query: z.infer<typeof dto.TotalCostsPerComponent>,
    @Access() access: AccessScope,
  ) {
    return this.figures.rows(query, access, (scope, filter) => totalCostsPerComponent(scope, filter, query));
  }

  @FigureEndpoint(
    '/total_costs_per_group',
    'Cost by day and user group, none for users without a group; ' + COUNTED_IN_EACH,
    dto.TotalCostsPerGroupRows,
  )
  totalCostsPerGroup(
    @Query({ schema: dto.TotalCostsPerGroup }) query: z.infer<typeof dto.TotalCostsPerGroup>,
    @Access() access: AccessScope,
  ) {
    return this.figures.rows(query, access, (scope, filter) => totalCostsPerGroup(scope, filter, query));
  }

  @ShowsOwn()
  @FigureEndpoint(
    '/costs_per_user',
    'Cost by day, hub, component and user, a row per group of the user; ' + COUNTED_IN_EACH,
    dto.CostsPerUserRows,
  )
  costsPerUser(
    @Query({ schema: dto.CostsPerUser }) query: z.infer<typeof dto.CostsPerUser>,
    @Access() access: AccessScope,
  ) {
    return this.figures.rows(query, access, (scope, filter) => costsPerUser(scope, filter, query));
  }
}
