/** The cookies of a browser, and what it sends with them. */
export class BrowserSession {
  #cookie = '';

  constructor(private readonly url: string) {}

  /** The value of the cookie as it is sent. */
  get cookie(): string {
    return this.#cookie;
  }

  static with(url: string, cookie: string): BrowserSession {
    const session = new BrowserSession(url);
    session.#cookie = cookie;
    return session;
  }

  async send(path: string, init: RequestInit = {}): Promise<Response & { setCookie: string }> {
    const response = await fetch(this.url + path, {
      redirect: 'manual',
      ...init,
      headers: { ...(this.#cookie && { cookie: this.#cookie }), ...init.headers },
    });
    const setCookie = response.headers.get('set-cookie') ?? '';
    if (setCookie) this.#cookie = setCookie.split(';')[0]!;
    return Object.assign(response, { setCookie });
  }

  async json<Body>(path: string): Promise<Body> {
    const response = await this.send(path);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Body;
  }
}
