import { Controller, Get, Inject, Logger, NotFoundException, Query, Req, Res } from '@nestjs/common';
import { apiConfig, type ApiConfig, type JupyterHub } from '#libs/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { authorizeUrl, fetchToken, fetchUser, HubRefusal, makeSecret } from './hub-oauth.js';
import { OpenToAll } from './route-access.js';
import { beginLogin, forbidKeeping, startSession, takeLogin } from './sessions.js';

/** How long somebody may take to type a password at the Hub. */
const LOGIN_MS = 10 * 60_000;
/** A browser drops a cookie of more than 4 KB. */
const LONGEST_NEXT = 500;

/** Login with a JupyterHub, as its OAuth client. */
@Controller()
export class LoginController {
  readonly #logger = new Logger(LoginController.name);

  constructor(@Inject(apiConfig.KEY) private readonly config: ApiConfig) {}

  /** Sends the browser to the Hub. */
  @OpenToAll()
  @Get('/login')
  login(
    @Query('hub') hubName: unknown,
    @Query('next') next: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    const hub = this.#hub(({ hub }) => hubName === undefined || hub === hubName);
    const [state, verifier] = [makeSecret(), makeSecret()];
    beginLogin(request, {
      hub: hub.hub,
      cluster: hub.cluster,
      state,
      verifier,
      // Never an address: it could be somebody else's.
      next: typeof next === 'string' && next.startsWith('?') && next.length <= LONGEST_NEXT ? next : '',
      begunAt: Date.now(),
    });
    forbidKeeping(reply);
    void reply.redirect(authorizeUrl(hub, state, verifier), 302);
  }

  /** Where the Hub sends the browser back to. */
  @OpenToAll()
  @Get('/oauth_callback')
  async callback(
    @Query('code') code: unknown,
    @Query('state') state: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!this.config.hubs) throw new NotFoundException();
    forbidKeeping(reply);
    const begun = takeLogin(request, state);
    if (!begun || Date.now() - begun.begunAt >= LOGIN_MS || typeof code !== 'string')
      return void reply.redirect('./?login=failed', 302);
    const hub = this.#hub((one) => one.hub === begun.hub && one.cluster === begun.cluster);
    try {
      const token = await fetchToken(hub, code, begun.verifier);
      const { name } = await fetchUser(hub, token);
      startSession(request, { kind: 'hub', hub: hub.hub, cluster: hub.cluster, token });
      this.#logger.log(`logged in: ${JSON.stringify(name)} of hub ${hub.hub}`);
    } catch (error) {
      const why = error instanceof HubRefusal ? error.message : 'the Hub cannot be reached';
      this.#logger.warn(`a login with hub ${hub.hub} failed: ${why}`);
      return void reply.redirect('./?login=failed', 302);
    }
    // Relative, so that it holds under any prefix, and stays on this site.
    return void reply.redirect(`./${begun.next}`, 302);
  }

  #hub(matches: (hub: JupyterHub) => boolean): JupyterHub {
    const hub = this.config.hubs?.find(matches);
    if (!hub) throw new NotFoundException();
    return hub;
  }
}
