import { randomBytes } from 'node:crypto';
import secureSession from '@fastify/secure-session';
import type { ApiConfig } from '#libs/config';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** After so long without a request to `/session`, which an open page makes every few minutes; and after so long in any case. */
const IDLE_SECONDS = 2 * 3600;
const ABSOLUTE_MS = 12 * 3_600_000;
/** How often the cookie of a session is written anew. */
const TOUCH_MS = 60_000;

/** Who is at the browser: somebody who typed a token, or a user of a Hub with the token that it gave. */
export type SignedIn =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'hub'; readonly hub: string; readonly cluster: string; readonly token: string };

/** A login that has begun: what comes back from the Hub must belong to it. */
export interface PendingLogin {
  readonly hub: string;
  readonly cluster: string;
  readonly state: string;
  readonly verifier: string;
  /** The query of the page to show then. */
  readonly next: string;
  readonly begunAt: number;
}

declare module '@fastify/secure-session' {
  interface SessionData {
    session: SignedIn | undefined;
    startedAt: number;
    touchedAt: number;
    logins: readonly PendingLogin[] | undefined;
  }
}

/** Keeps sessions in an encrypted cookie, which scripts of the page cannot read and other sites cannot send. */
export async function registerSessions(fastify: FastifyInstance, { sessionKeys, basePath }: ApiConfig): Promise<void> {
  await fastify.register(secureSession, {
    key: sessionKeys ? [...sessionKeys] : [randomBytes(32).toString('base64')],
    cookieName: 'cost-monitoring',
    expiry: IDLE_SECONDS,
    // `lax`: the Hub sends the browser back to us, and the login that it began must still be known then.
    cookie: { path: basePath ?? '/', httpOnly: true, sameSite: 'lax' },
  });
}

/** The session of a request; undefined: there is none, or it has ended. */
export function sessionOf({ session }: FastifyRequest): SignedIn | undefined {
  const found = session?.get('session');
  return found && Date.now() - (session.get('startedAt') ?? 0) < ABSOLUTE_MS ? found : undefined;
}

export function startSession(request: FastifyRequest, session: SignedIn): void {
  // Nothing of who was there before.
  request.session.regenerate(['logins']);
  request.session.set('session', session);
  request.session.set('startedAt', Date.now());
  writeOver(request);
}

/** Keeps a session from ending for idleness. */
export function touchSession(request: FastifyRequest): void {
  if (!sessionOf(request) || Date.now() - (request.session.get('touchedAt') ?? 0) < TOUCH_MS) return;
  request.session.set('touchedAt', Date.now());
  writeOver(request);
}

export function endSession(request: FastifyRequest): void {
  request.session.delete();
}

/** Somebody may begin in several tabs at once; more would not fit into a cookie. */
const MOST_LOGINS = 3;

export function beginLogin(request: FastifyRequest, login: PendingLogin): void {
  request.session.set('logins', [...loginsOf(request), login].slice(-MOST_LOGINS));
  writeOver(request);
}

/** The login that has begun with this state, which is used up with this. */
export function takeLogin(request: FastifyRequest, state: unknown): PendingLogin | undefined {
  const logins = loginsOf(request);
  const taken = logins.find((login) => login.state === state);
  if (!taken) return undefined;
  request.session.set(
    'logins',
    logins.filter((login) => login !== taken),
  );
  writeOver(request);
  return taken;
}

function loginsOf({ session }: FastifyRequest): readonly PendingLogin[] {
  return session.get('logins') ?? [];
}

/** Where the browser came by https, the cookie goes by https alone. What a client claims concerns its own cookie only. */
function writeOver(request: FastifyRequest): void {
  const forwarded = String(request.headers['x-forwarded-proto'] ?? '')
    .split(',')[0]!
    .trim();
  request.session.options({ secure: request.protocol === 'https' || forwarded === 'https' });
}

/** Nothing that says who is there may be kept by anyone. */
export function forbidKeeping(reply: FastifyReply): void {
  void reply.header('cache-control', 'no-store');
}
