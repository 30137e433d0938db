import {
  HttpException,
  HttpStatus,
  Inject,
  Injectable,
  Logger,
  type CanActivate,
  type ExecutionContext,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { fastifyRateLimit, normalizeIP } from '@fastify/rate-limit';
import { apiConfig, type ApiConfig } from '#libs/config';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { EVERYTHING, NOTHING, type AccessScope } from './access-scope.js';
import { isOpenToAll, needsEverything, showsOwn } from './route-access.js';
import { HubUsers } from './hub-users.js';
import { registerSessions, sessionOf } from './sessions.js';
import { TokenHolders } from './token-holders.js';

const CHALLENGE = 'Bearer realm="jupyterhub-cost-monitoring"';
const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;

/** Of one address; an IPv6 network of 64 bits counts as one. */
const FAILURES_PER_MINUTE = 10;
const WHOLE_ADDRESS = 128;
/** What is remembered of addresses is bounded: the one that failed longest ago is forgotten first. */
const REMEMBERED_ADDRESSES = 5000;

type CountFailure = ReturnType<FastifyInstance['createRateLimit']>;

/**
 * Lets a request in, or responds 401. Failed attempts are logged and limited by the address that connects: behind a
 * proxy that is the proxy's, as `X-Forwarded-For` is what anybody writes into it. So only failures count, and a token
 * that is good is let in however many others failed from the same address.
 */
@Injectable()
export class AccessGuard implements CanActivate, OnApplicationBootstrap {
  readonly #logger = new Logger(AccessGuard.name);
  readonly #holders: TokenHolders | undefined;
  readonly #hubUsers: HubUsers | undefined;
  #countFailure: CountFailure | undefined;

  constructor(@Inject(apiConfig.KEY) private readonly config: ApiConfig) {
    this.#holders = config.tokens && new TokenHolders(config.tokens);
    this.#hubUsers = config.hubs && new HubUsers(config.hubs);
  }

  /** Whether nobody is asked who they are. */
  get isOpen(): boolean {
    return this.#holders === undefined && this.#hubUsers === undefined;
  }

  onApplicationBootstrap(): void {
    if (this.#hubUsers) this.#logger.log('a login or a bearer token is required, except for what shows no costs');
    else if (this.#holders) this.#logger.log('a bearer token is required, except for what shows no costs');
    else this.#logger.warn('open: whoever reaches the port sees all costs; API_TOKENS_FILE or HUBS_FILE closes it');
  }

  /** Adds the hook that sets `request.accessScope`, before any other that reads it. */
  async register(fastify: FastifyInstance): Promise<void> {
    await fastify.register(fastifyRateLimit, { global: false, cache: REMEMBERED_ADDRESSES });
    this.#countFailure = fastify.createRateLimit({ max: FAILURES_PER_MINUTE, timeWindow: '1 minute' });
    fastify.decorateRequest('accessScope');
    if (!this.isOpen) await registerSessions(fastify, this.config);
    fastify.addHook('onRequest', (request, _reply, done) => {
      const scope = this.#scopeOf(request);
      // A promise only while a Hub is asked again about a session.
      if (scope instanceof Promise) return void this.#setScope(request, scope, done);
      request.accessScope = scope;
      done();
    });
  }

  async #setScope(request: FastifyRequest, scope: Promise<AccessScope>, done: () => void): Promise<void> {
    request.accessScope = await scope;
    done();
  }

  /** What a token opens; undefined: nothing. */
  scopeOfToken(token: string): AccessScope | undefined {
    return this.#holders?.scopeOf(token);
  }

  /** Counts and logs a failed attempt to get in. @throws HttpException 429 after too many of one address, else 401 */
  async refuse(request: FastifyRequest, reply: FastifyReply, token = bearerOf(request)): Promise<never> {
    const failures = await this.#countFailure!(request);
    if (!failures.isAllowed && failures.isExceeded) throw tooManyFailures(reply, failures.ttlInSeconds);
    const last = !failures.isAllowed && failures.remaining === 0;
    this.#logger.warn(
      `refused: ${this.#describeAttempt(request, token)}, from ${normalizeIP(request.ip, WHOLE_ADDRESS)}${last ? '; more within the minute go unlogged' : ''}`,
    );
    throw unauthorized(reply, token);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const method = context.getHandler();
    if (isOpenToAll(method)) return true;
    if (request.accessScope !== NOTHING) {
      if (needsEverything(method) && request.accessScope !== EVERYTHING)
        throw forbidden('this needs a token of scope "all"');
      if (request.accessScope.user !== undefined && !showsOwn(method))
        throw forbidden('this shows more than your own costs');
      return true;
    }
    return this.refuse(request, http.getResponse<FastifyReply>());
  }

  #scopeOf(request: FastifyRequest): AccessScope | Promise<AccessScope> {
    if (this.isOpen) return EVERYTHING;
    const token = bearerOf(request);
    if (token !== undefined) return this.scopeOfToken(token) ?? NOTHING;
    const session = sessionOf(request);
    if (session === undefined) return NOTHING;
    return (session.kind === 'token' ? this.scopeOfToken(session.token) : this.#hubUsers?.scopeOf(session)) ?? NOTHING;
  }

  /** Never holds a token, nor a name that is not in our own file: that might be one. */
  #describeAttempt(request: FastifyRequest, token: string | undefined): string {
    if (token === undefined) return request.headers.authorization === undefined ? 'no token' : 'no bearer token';
    const name = this.#holders?.claimedName(token);
    return name === undefined ? 'unknown token' : `token ${name} with a wrong secret`;
  }
}

function bearerOf({ headers }: FastifyRequest): string | undefined {
  return BEARER.exec(headers.authorization ?? '')?.[1];
}

function unauthorized(reply: FastifyReply, token: string | undefined): HttpException {
  void reply.header('WWW-Authenticate', token === undefined ? CHALLENGE : `${CHALLENGE}, error="invalid_token"`);
  const message = token === undefined ? 'a bearer token is required' : 'the token is not valid';
  return new HttpException({ statusCode: 401, message, error: 'Unauthorized' }, HttpStatus.UNAUTHORIZED);
}

function forbidden(message: string): HttpException {
  const body = { statusCode: 403, message, error: 'Forbidden' };
  return new HttpException(body, HttpStatus.FORBIDDEN);
}

function tooManyFailures(reply: FastifyReply, seconds: number): HttpException {
  void reply.header('Retry-After', Math.max(1, seconds));
  const body = { statusCode: 429, message: 'too many failed attempts', error: 'Too Many Requests' };
  return new HttpException(body, HttpStatus.TOO_MANY_REQUESTS);
}
