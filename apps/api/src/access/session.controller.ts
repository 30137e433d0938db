import {
  BadRequestException,
  Body,
  Controller,
  Delete,
  HttpCode,
  Inject,
  NotFoundException,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import { apiConfig, type ApiConfig } from '#libs/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Endpoint } from '../endpoint.js';
import { AccessGuard } from './access.guard.js';
import { Access, NOTHING, type AccessScope } from './access-scope.js';
import { revokeToken } from './hub-oauth.js';
import { OpenToAll } from './route-access.js';
import { refuseOtherSites } from './same-site.js';
import { session, typedToken } from './session.dto.js';
import { endSession, forbidKeeping, sessionOf, startSession, touchSession } from './sessions.js';

/** Who is at the browser. */
@Controller()
export class SessionController {
  constructor(
    @Inject(apiConfig.KEY) private readonly config: ApiConfig,
    private readonly guard: AccessGuard,
  ) {}

  @OpenToAll()
  @Endpoint('/session', 'Who you are to this service, and what you may see', session)
  session(
    @Access() access: AccessScope,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): z.infer<typeof session> {
    forbidKeeping(reply);
    if (!this.guard.isOpen && access !== NOTHING) touchSession(request);
    return {
      access: this.guard.isOpen ? 'open' : 'restricted',
      sees: access === NOTHING ? 'nothing' : access.user !== undefined ? 'own' : access.hubs ? 'hubs' : 'everything',
      hubs: access === NOTHING || !access.hubs ? null : [...access.hubs],
      user: access.user ?? null,
      signedIn: access !== NOTHING && !this.guard.isOpen && sessionOf(request) !== undefined,
      signIn: { token: this.config.tokens !== undefined, hubs: (this.config.hubs ?? []).map(({ hub }) => hub) },
    };
  }

  /** Begins a session for who has a token. */
  @OpenToAll()
  @Post('/session')
  @HttpCode(204)
  async signIn(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    if (this.config.tokens === undefined) throw new NotFoundException();
    refuseOtherSites(request);
    const parsed = typedToken.safeParse(body, { reportInput: false });
    if (!parsed.success) throw new BadRequestException(`token: ${parsed.error.issues[0]?.message ?? 'is required'}`);
    const token = parsed.data.token.trim();
    if (!this.guard.scopeOfToken(token)) return this.guard.refuse(request, reply, token);
    forbidKeeping(reply);
    startSession(request, { kind: 'token', token });
  }

  /** Ends the session, and the token that the Hub gave for it where that is allowed. */
  @OpenToAll()
  @Delete('/session')
  @HttpCode(204)
  async signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    if (this.guard.isOpen) throw new NotFoundException();
    refuseOtherSites(request);
    const ended = sessionOf(request);
    forbidKeeping(reply);
    endSession(request);
    const hub =
      ended?.kind === 'hub' && this.config.hubs?.find((one) => one.hub === ended.hub && one.cluster === ended.cluster);
    if (hub) await revokeToken(hub, ended.token).catch(() => undefined);
  }
}
