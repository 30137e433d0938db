import { Controller, Query } from '@nestjs/common';
import { totalUsage, userGroups, usersWithMultipleGroups, usersWithNoGroups } from '#libs/database/queries';
import type { z } from 'zod';
import { Access, type AccessScope } from '../access/access-scope.js';
import { ShowsOwn } from '../access/route-access.js';
import { FigureEndpoint } from '../figures/figure-endpoint.js';
import { Figures } from '../figures/figures.js';
import * as dto from './usage.dto.js';

@Controller()
export class UsageController {
  constructor(private readonly figures: Figures) {}

  @ShowsOwn()
  @FigureEndpoint(
    '/total_usage',
    'Share of usage, and usage in GiB-hours, by day, hub, component and user',
    dto.TotalUsageRows,
  )
  totalUsage(@Query({ schema: dto.TotalUsage }) query: z.infer<typeof dto.TotalUsage>, @Access() access: AccessScope) {
    return this.figures.rows(query, access, totalUsage);
  }

  @FigureEndpoint(
    '/user_groups',
    'Who is in which group, on the latest day of the range that was read of each hub',
    dto.UserGroupsRows,
  )
  userGroups(@Query({ schema: dto.UserGroups }) query: z.infer<typeof dto.UserGroups>, @Access() access: AccessScope) {
    return this.figures.rows(query, access, userGroups);
  }

  @FigureEndpoint(
    '/users_with_multiple_groups',
    'Users in more than one group, a row per group, on the latest day of the range that was read of each hub',
    dto.UsersWithMultipleGroupsRows,
  )
  usersWithMultipleGroups(
    @Query({ schema: dto.UsersByGroups }) query: z.infer<typeof dto.UsersByGroups>,
    @Access() access: AccessScope,
  ) {
    return this.figures.rows(query, access, usersWithMultipleGroups);
  }

  @FigureEndpoint(
    '/users_with_no_groups',
    'Users in no group, on the latest day of the range that was read of each hub',
    dto.UsersWithNoGroupsRows,
  )
  usersWithNoGroups(
    @Query({ schema: dto.UsersByGroups }) query: z.infer<typeof dto.UsersByGroups>,
    @Access() access: AccessScope,
  ) {
    return this.figures.rows(query, access, usersWithNoGroups);
  }
}
