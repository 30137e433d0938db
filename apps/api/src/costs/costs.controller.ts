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
import { Scopes } from '../answers/scopes.js';
import { Endpoint } from '../endpoint.js';
import * as answers from './costs.answers.js';
import * as questions from './costs.questions.js';

@Controller()
export class CostsController {
  constructor(private readonly scopes: Scopes) {}

  @Endpoint(
    '/total_costs',
    'Cost of the AWS account, and the part attributable to the cluster, by day',
    answers.totalCosts,
  )
  async totalCosts(
    @Query({ schema: questions.totalCosts }) asked: z.infer<typeof questions.totalCosts>,
    @Access() access: AccessScope,
  ) {
    return this.scopes.rows(asked, access, (scope) => totalCosts(scope, asked.precision));
  }

  @Endpoint(
    '/total_costs_per_hub',
    'Cost by day and hub, untagged cost as support; shared=usage gives each hub the shared cost that its users caused',
    answers.totalCostsPerHub,
  )
  async totalCostsPerHub(
    @Query({ schema: questions.totalCostsPerHub }) asked: z.infer<typeof questions.totalCostsPerHub>,
    @Access() access: AccessScope,
  ) {
    const perHub = asked.shared === 'usage' ? totalCostsPerHubSharedByUsage : totalCostsPerHub;
    return this.scopes.rows(asked, access, (scope) => perHub(scope, asked.precision));
  }

  @Endpoint('/total_costs_per_component', 'Cost by day and component', answers.totalCostsPerComponent)
  async totalCostsPerComponent(
    @Query({ schema: questions.totalCostsPerComponent }) asked: z.infer<typeof questions.totalCostsPerComponent>,
    @Access() access: AccessScope,
  ) {
    const filter = { hubs: asked.hub, components: asked.component };
    return this.scopes.rows(asked, access, (scope) => totalCostsPerComponent(scope, filter, asked.precision));
  }

  @Endpoint(
    '/total_costs_per_group',
    'Cost by day and user group, none for users without a group',
    answers.totalCostsPerGroup,
  )
  async totalCostsPerGroup(
    @Query({ schema: questions.totalCostsPerGroup }) asked: z.infer<typeof questions.totalCostsPerGroup>,
    @Access() access: AccessScope,
  ) {
    const filter = { hubs: asked.hub, components: asked.component, usergroups: asked.usergroup };
    return this.scopes.rows(asked, access, (scope) => totalCostsPerGroup(scope, filter, asked.groups, asked.precision));
  }

  @Endpoint(
    '/costs_per_user',
    'Cost by day, hub, component and user, a row per group of the user',
    answers.costsPerUser,
  )
  async costsPerUser(
    @Query({ schema: questions.costsPerUser }) asked: z.infer<typeof questions.costsPerUser>,
    @Access() access: AccessScope,
  ) {
    const filter = { hubs: asked.hub, components: asked.component, users: asked.user, usergroups: asked.usergroup };
    return this.scopes.rows(asked, access, (scope) =>
      costsPerUser(scope, filter, asked.groups, asked.limit, asked.precision),
    );
  }
}
