import { createHash, randomBytes } from 'node:crypto';
import type { JupyterHub } from '#libs/config';
import { z } from 'zod';

const TIMEOUT_MS = 5_000;

/** What the Hub says of a user; it holds what the scopes of their token allow. */
const hubUser = z.object({
  kind: z.string().optional(),
  name: z.string().min(1),
  admin: z.boolean().nullish(),
  scopes: z.array(z.string()).default([]),
  token_id: z.string().nullish(),
});

export type HubUser = z.infer<typeof hubUser>;

/** The Hub answered, and not with what was asked for: the token or the code is good no more. */
export class HubRefusal extends Error {}

/** A secret that nobody guesses, fit for a URL. */
export function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Where a browser goes to log in (RFC 6749, with PKCE). */
export function authorizeUrl({ url, clientId, callbackUrl }: JupyterHub, state: string, verifier: string): string {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: callbackUrl,
    response_type: 'code',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return `${url}/api/oauth2/authorize?${query.toString()}`;
}

/** The token for a code that the Hub sent the browser back with. @throws HubRefusal */
export async function fetchToken(hub: JupyterHub, code: string, verifier: string): Promise<string> {
  const response = await ask(hub, '/oauth2/token', {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: hub.clientId,
      client_secret: hub.clientSecret,
      redirect_uri: hub.callbackUrl,
      code,
      code_verifier: verifier,
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token?: unknown };
  if (typeof token !== 'string' || token === '') throw new HubRefusal('the Hub gave no token');
  return token;
}

/** Who has the token. @throws HubRefusal when nobody has it any more */
export async function fetchUser(hub: JupyterHub, token: string): Promise<HubUser> {
  const response = await ask(hub, '/user', { headers: { authorization: `token ${token}` } });
  const parsed = hubUser.safeParse(await response.json());
  if (!parsed.success || (parsed.data.kind ?? 'user') !== 'user') throw new HubRefusal('the token is no user’s');
  return parsed.data;
}

/** Makes the token good for nothing, where its scopes allow that. */
export async function revokeToken(hub: JupyterHub, token: string): Promise<void> {
  const { name, token_id: id } = await fetchUser(hub, token);
  if (!id) return;
  await ask(hub, `/users/${encodeURIComponent(name)}/tokens/${encodeURIComponent(id)}`, {
    method: 'DELETE',
    headers: { authorization: `token ${token}` },
  });
}

async function ask({ apiUrl }: JupyterHub, path: string, request: RequestInit): Promise<Response> {
  const response = await fetch(apiUrl + path, {
    ...request,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.ok) return response;
  await response.body?.cancel();
  if (response.status < 500 && response.status !== 429) throw new HubRefusal(`the Hub responded ${response.status}`);
  throw new Error(`the Hub responded ${response.status}`);
}
