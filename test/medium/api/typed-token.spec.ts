import { makeToken } from '../../../apps/api/src/access/new-token.js';
import { databaseOfFile, type TestDatabase } from '../../support/database.js';
import { BrowserSession } from './browser-session.js';
import { fillEstate } from './estate.js';
import { RunningApi } from './running-api.js';

const DAYS = 'from=2025-03-01&to=2025-03-02';
const BASE = '/services/costs/';
const prod = makeToken('prod-team', ['prod']);
const TOKENS = [
  { name: 'prod-team', sha256: prod.entry.hash.slice(7), hubs: ['prod'], cluster: 'alpha', shared: true },
] as const;

let database: TestDatabase;
let api: RunningApi;

beforeAll(async () => {
  database = await databaseOfFile();
  await fillEstate(database.url);
  api = await RunningApi.start(database.url, 'alpha', { tokens: TOKENS, basePath: BASE });
});

function typeToken(browser: BrowserSession, token: string, more: Record<string, string> = {}) {
  return browser.send('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...more },
    body: JSON.stringify({ token }),
  });
}

describe('a token that is typed', () => {
  it('opens the same as in a header, from a cookie that scripts cannot read', async () => {
    const browser = new BrowserSession(api.url);
    const { status, setCookie } = await typeToken(browser, ` ${prod.token}\n`);
    expect(status).toBe(204);
    expect(setCookie).toMatch(/HttpOnly/);
    expect(setCookie).toMatch(/SameSite=Lax/);
    expect(setCookie).toContain(`Path=${BASE}`);
    expect(setCookie).not.toContain(prod.token);
    expect(await browser.json(`/hub_names?${DAYS}`)).toEqual(['prod']);
    expect(await browser.json('/session')).toEqual({
      access: 'restricted',
      sees: 'hubs',
      hubs: ['prod'],
      user: null,
      signedIn: true,
      signIn: { token: true, hubs: [] },
    });
    await browser.send('/session', { method: 'DELETE' });
    expect((await browser.send(`/hub_names?${DAYS}`)).status).toBe(401);
  });

  it('that is wrong opens nothing, and counts as a failed attempt', async () => {
    const browser = new BrowserSession(api.url);
    const { status, setCookie } = await typeToken(browser, 'prod-team.guess');
    expect(status).toBe(401);
    expect(setCookie).toBe('');
  });

  it('is not taken from a form of another site', async () => {
    const browser = new BrowserSession(api.url);
    expect((await typeToken(browser, prod.token, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await typeToken(browser, prod.token, { origin: 'https://evil.example' })).status).toBe(403);
    const form = await browser.send('/session', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ token: prod.token }),
    });
    expect(form.status).toBeGreaterThanOrEqual(400);
    expect(form.setCookie).toBe('');
  });

  it.each([[{}], [{ token: 1 }], [{ token: '' }], [{ token: 'x', more: 1 }], ['text'], [null]])(
    'must be a text: %j',
    async (body) => {
      const response = await new BrowserSession(api.url).send('/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(response.status).toBe(400);
    },
  );

  it('does not outlive an API without a session key', async () => {
    const browser = new BrowserSession(api.url);
    await typeToken(browser, prod.token);
    const restarted = await RunningApi.start(database.url, 'alpha', { tokens: TOKENS });
    try {
      const later = BrowserSession.with(restarted.url, browser.cookie);
      expect((await later.send(`/hub_names?${DAYS}`)).status).toBe(401);
    } finally {
      await restarted.stop();
    }
  });
});

describe('under a base path', () => {
  const headers = { authorization: `Bearer ${prod.token}` };

  it.each(['/hub_names', '/services/costs/hub_names', '/services/costs/hub-names'])('answers %s', async (path) => {
    expect((await api.get(`${path}?${DAYS}`, headers)).json).toEqual(['prod']);
  });

  it.each(['/', '/services/costs/', '/services/costs/?page=explore'])('serves the page at %s', async (path) => {
    const { text } = await api.get(path, { accept: 'text/html' });
    expect(text).toContain('<div id="app">');
    const [, asset] = /src="\.\/(assets\/[^"]+)"/.exec(text)!;
    expect((await api.get(`${path.split('?')[0]}${asset}`)).status).toBe(200);
  });

  it('goes to the page from the path without its last slash', async () => {
    const { status, headers } = await new BrowserSession(api.url).send('/services/costs?page=explore');
    expect([status, headers.get('location')]).toEqual([308, '/services/costs/?page=explore']);
  });

  it.each(['/services/costsy/hub_names', '/services/', '/services/costs/services/costs/hub_names'])(
    'has nothing at %s',
    async (path) => {
      expect((await api.get(path, headers)).status).toBe(404);
    },
  );
});
