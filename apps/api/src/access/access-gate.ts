import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { fastifyRateLimit } from '@fastify/rate-limit';
import { apiConfig, type ApiConfig } from '#libs/config';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { EVERYTHING, NOTHING, type AccessScope } from './access-scope.js';
import { isOpenToAll } from './open-to-all.js';
import { TokenHolders } from './token-holders.js';

const CHALLENGE = 'Bearer realm="jupyterhub-cost-monitoring"';
const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;

type WithHeaders = Pick<IncomingMessage, 'headers'>;

/** Of one address; an IPv6 network of 64 bits counts as one. */
const FAILURES_PER_MINUTE = 10;
/** What is remembered of addresses is bounded: the one that failed longest ago is forgotten first. */
const REMEMBERED_ADDRESSES = 5000;

/**
 * Lets a request in, or answers 401. Failed attempts are logged and limited by the address that connects: behind a
 * proxy that is the proxy's, as `X-Forwarded-For` is what anybody writes into it. So only failures count, and a token
 * that is good is let in however many others failed from the same address.
 */
@Injectable()
export class AccessGate implements OnApplicationBootstrap {
  readonly #logger = new Logger(AccessGate.name);
  readonly #holders: TokenHolders | undefined;

  constructor(@Inject(apiConfig.KEY) config: ApiConfig) {
    this.#holders = config.tokens && new TokenHolders(config.tokens);
  }

  onApplicationBootstrap(): void {
    if (this.#holders) this.#logger.log('asks for a bearer token, except for what shows no costs');
    else this.#logger.warn('open: whoever reaches the port sees all costs; API_TOKENS_FILE closes it');
  }

  /** To be called before any other hook is added: nothing is done for a request that is not let in. */
  async guard(fastify: FastifyInstance): Promise<void> {
    await fastify.register(fastifyRateLimit, { global: false, cache: REMEMBERED_ADDRESSES });
    const countFailure = fastify.createRateLimit({ max: FAILURES_PER_MINUTE, timeWindow: '1 minute' });
    fastify.decorateRequest('accessScope');
    fastify.addHook('onRequest', async (request, reply) => {
      const scope = this.scopeOf(request);
      request.accessScope = scope ?? NOTHING;
      if (scope || isOpenToAll(request)) return;
      const failures = await countFailure(request);
      if (!failures.isAllowed && failures.isExceeded) return refuseForNow(reply, failures.ttlInSeconds);
      const last = !failures.isAllowed && failures.remaining === 0;
      this.#logger.warn(
        `refused: ${this.#describeAttempt(request)}, from ${request.ip}${last ? '; more within the minute go unlogged' : ''}`,
      );
      return refuse(reply, bearerOf(request));
    });
  }

  /** What whoever sent a request may see; undefined: nobody vouches for them. */
  scopeOf(request: WithHeaders): AccessScope | undefined {
    if (!this.#holders) return EVERYTHING;
    const token = bearerOf(request);
    return token === undefined ? undefined : this.#holders.scopeOf(token);
  }

  /** Never holds a token, nor a name that is not in our own file: that might be one. */
  #describeAttempt(request: WithHeaders): string {
    const token = bearerOf(request);
    if (token === undefined) return request.headers.authorization === undefined ? 'no token' : 'no bearer token';
    const name = this.#holders?.claimedName(token);
    return name === undefined ? 'unknown token' : `token ${name} with a wrong secret`;
  }
}

function bearerOf(request: WithHeaders): string | undefined {
  return BEARER.exec(request.headers.authorization ?? '')?.[1];
}

function refuse(reply: FastifyReply, token: string | undefined): FastifyReply {
  return reply
    .status(401)
    .header('WWW-Authenticate', token === undefined ? CHALLENGE : `${CHALLENGE}, error="invalid_token"`)
    .send({
      statusCode: 401,
      message: token === undefined ? 'a bearer token is required' : 'the token is not valid',
      error: 'Unauthorized',
    });
}

function refuseForNow(reply: FastifyReply, seconds: number): FastifyReply {
  return reply
    .status(429)
    .header('Retry-After', Math.max(1, seconds))
    .send({ statusCode: 429, message: 'too many failed attempts', error: 'Too Many Requests' });
}
