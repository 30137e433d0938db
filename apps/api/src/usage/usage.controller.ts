import { Controller, Query } from '@nestjs/common';
import { totalUsage, userGroups, usersWithMultipleGroups, usersWithNoGroups } from '#libs/database/queries';
import type { z } from 'zod';
import { Access, type AccessScope } from '../access/access-scope.js';
import { Scopes } from '../answers/scopes.js';
import { Endpoint } from '../endpoint.js';
import * as answers from './usage.answers.js';
import * as questions from './usage.questions.js';

@Controller()
export class UsageController {
  constructor(private readonly scopes: Scopes) {}

  @Endpoint(
    '/total_usage',
    'Share of usage, and usage in GiB-hours, by day, hub, component and user',
    answers.totalUsage,
  )
  async totalUsage(
    @Query({ schema: questions.totalUsage }) asked: z.infer<typeof questions.totalUsage>,
    @Access() access: AccessScope,
  ) {
    const filter = { hubs: asked.hub, components: asked.component, users: asked.user };
    return this.scopes.rows(asked, access, (scope) => totalUsage(scope, filter));
  }

  @Endpoint('/user_groups', 'Who is in which group, on the latest day of the range', answers.userGroups)
  async userGroups(
    @Query({ schema: questions.userGroups }) asked: z.infer<typeof questions.userGroups>,
    @Access() access: AccessScope,
  ) {
    const filter = { hubs: asked.hub, users: asked.username, usergroups: asked.usergroup };
    return this.scopes.rows(asked, access, (scope) => userGroups(scope, filter));
  }

  @Endpoint(
    '/users_with_multiple_groups',
    'Users in more than one group, a row per group, on the latest day of the range',
    answers.usersWithMultipleGroups,
  )
  async usersWithMultipleGroups(
    @Query({ schema: questions.usersByGroups }) asked: z.infer<typeof questions.usersByGroups>,
    @Access() access: AccessScope,
  ) {
    const filter = { hubs: asked.hub_name, users: asked.user_name };
    return this.scopes.rows(asked, access, (scope) => usersWithMultipleGroups(scope, filter));
  }

  @Endpoint('/users_with_no_groups', 'Users in no group, on the latest day of the range', answers.usersWithNoGroups)
  async usersWithNoGroups(
    @Query({ schema: questions.usersByGroups }) asked: z.infer<typeof questions.usersByGroups>,
    @Access() access: AccessScope,
  ) {
    const filter = { hubs: asked.hub_name, users: asked.user_name };
    return this.scopes.rows(asked, access, (scope) => usersWithNoGroups(scope, filter));
  }
}
