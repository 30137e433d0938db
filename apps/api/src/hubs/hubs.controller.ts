import { Controller, Query } from '@nestjs/common';
import { hubNames } from '#libs/database/queries';
import { SHARED_COMPONENTS } from '#libs/domain';
import { z } from 'zod';
import { Access, type AccessScope } from '../access/access-scope.js';
import { Answer } from '../answers/answer.js';
import { Scopes } from '../answers/scopes.js';
import { Endpoint } from '../endpoint.js';
import { question } from '../parameters/parameters.js';

const hubNamesQuestion = question({});

@Controller()
export class HubsController {
  constructor(private readonly scopes: Scopes) {}

  @Endpoint('/hub_names', 'Hubs that have costs in the range; untagged cost is the hub support', z.array(z.string()))
  async hubNames(
    @Query({ schema: hubNamesQuestion }) asked: z.infer<typeof hubNamesQuestion>,
    @Access() access: AccessScope,
  ) {
    const scope = await this.scopes.find(asked, access);
    return scope ? Answer.names(hubNames(scope), asked.format) : Answer.nothing(asked.format);
  }

  @Endpoint('/component-names', 'Components whose cost users share by usage', z.array(z.enum(SHARED_COMPONENTS)))
  componentNames() {
    return SHARED_COMPONENTS;
  }
}
