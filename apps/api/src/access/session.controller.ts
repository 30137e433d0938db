import { Controller } from '@nestjs/common';
import type { z } from 'zod';
import { Endpoint } from '../endpoint.js';
import { AccessGuard } from './access.guard.js';
import { Access, NOTHING, type AccessScope } from './access-scope.js';
import { OpenToAll } from './route-access.js';
import { session } from './session.dto.js';

@Controller()
export class SessionController {
  constructor(private readonly guard: AccessGuard) {}

  @OpenToAll()
  @Endpoint('/session', 'Who you are to this service, and what you may see', session)
  session(@Access() access: AccessScope): z.infer<typeof session> {
    return {
      access: this.guard.isOpen ? 'open' : 'restricted',
      sees: access === NOTHING ? 'nothing' : access.hubs ? 'hubs' : 'everything',
      hubs: access === NOTHING || !access.hubs ? null : [...access.hubs],
    };
  }
}
