import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface FakeUser {
  readonly name: string;
  readonly admin?: boolean;
  readonly scopes?: readonly string[];
}

/** A JupyterHub's OAuth provider and `/user`, as far as a client of it sees them. */
export class FakeHub {
  readonly #codes = new Map<string, { user: FakeUser; challenge: string; redirectUri: string }>();
  readonly #tokens = new Map<string, FakeUser>();
  readonly revoked: string[] = [];
  /** How often it was asked who somebody is. */
  asked = 0;
  isAway = false;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeHub> {
    const server = createServer();
    const hub = new FakeHub(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void hub.#respond(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hub`;
  }

  /** Logs a user in at the address that the service sent their browser to; returns the query that it is sent back with. */
  approve(location: string, user: FakeUser): string {
    const asked = new URL(location).searchParams;
    if (asked.get('client_id') !== 'service-costs' || asked.get('code_challenge_method') !== 'S256') {
      throw new Error(`not a request of the service: ${location}`);
    }
    const code = randomBytes(8).toString('hex');
    this.#codes.set(code, {
      user,
      challenge: asked.get('code_challenge')!,
      redirectUri: asked.get('redirect_uri')!,
    });
    return `code=${code}&state=${asked.get('state')}`;
  }

  /** Takes a user away, as deleting them does: their tokens go too. */
  remove(name: string): void {
    for (const [token, user] of this.#tokens) if (user.name === name) this.#tokens.delete(token);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.isAway) return void response.writeHead(503).end();
    const form = new URLSearchParams(await text(request));
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/hub/api/oauth2/token') {
      const token = this.#exchange(form);
      return void (token ? send(200, { access_token: token }) : send(400, { error: 'invalid_grant' }));
    }
    const token = /^token (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const user = this.#tokens.get(token);
    if (request.url === '/hub/api/user') this.asked += 1;
    if (!user) return void send(403, { message: 'Missing or invalid credentials.' });
    if (request.method === 'DELETE') {
      this.#tokens.delete(token);
      this.revoked.push(request.url ?? '');
      return void response.writeHead(204).end();
    }
    return void send(200, { kind: 'user', scopes: [], ...user, token_id: 'a7' });
  }

  #exchange(form: URLSearchParams): string | undefined {
    const code = this.#codes.get(form.get('code') ?? '');
    this.#codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isGood =
      code?.challenge === challenge &&
      form.get('client_secret') === 'secret' &&
      form.get('redirect_uri') === code.redirectUri &&
      form.get('grant_type') === 'authorization_code';
    if (!isGood) return undefined;
    const token = randomBytes(8).toString('hex');
    this.#tokens.set(token, code.user);
    return token;
  }
}
