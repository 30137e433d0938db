import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { BrowserSession } from './browser-session.js';
import { fillEstate } from './estate.js';
import { FakeHub, type FakeUser } from './fake-hub.js';
import { RunningApi } from './running-api.js';

const DAYS = 'from=2025-03-01&to=2025-03-02';
const KEY = Buffer.alloc(32, 7).toString('base64');

let database: TestDatabase;
let hub: FakeHub;
let api: RunningApi;

const hubs = () => [
  {
    hub: 'prod',
    cluster: 'alpha',
    url: hub.url,
    apiUrl: `${hub.url}/api`,
    clientId: 'service-costs',
    clientSecret: 'secret',
    callbackUrl: 'https://costs.example.org/oauth_callback',
    clusterAdmins: ['ann'],
    adminScope: 'custom:costs:read',
  },
];

beforeAll(async () => {
  [database, hub] = await Promise.all([createTestDatabase(), FakeHub.start()]);
  await fillEstate(database.url);
  api = await RunningApi.start(database.url, 'alpha', { hubs: hubs(), sessionKeys: [KEY] });
});

afterAll(async () => {
  await api?.stop();
  await hub?.stop();
  await database?.drop();
});

/** The browser of somebody who logs in. */
async function logIn(user: FakeUser, at = api.url): Promise<BrowserSession> {
  const browser = new BrowserSession(at);
  const { headers } = await browser.send('/login?hub=prod&next=%3Fpage%3Dexplore');
  const back = await browser.send(`/oauth_callback?${hub.approve(headers.get('location')!, user)}`);
  expect(back.headers.get('location')).toBe('./?page=explore');
  return browser;
}

const ALICE = { name: 'alice' };
const HUB_ADMIN = { name: 'bob', admin: true };
const CLUSTER_ADMIN = { name: 'ann' };

const withWindow = (path: string) => (path.startsWith('/allocation') ? `${path}?window=7d` : path);

/** All that the index lists, which is all there is. */
async function everyPath(): Promise<string[]> {
  const { endpoints } = (await api.get('/index')).json as { endpoints: { path: string; also: string[] }[] };
  return endpoints.flatMap(({ path, also }) => [path.replace('{month}', '2025-03'), ...also]).sort();
}

describe('who is logged in', () => {
  it('may ask every endpoint what the docs say: nobody, a person, an admin of the hub, a cluster admin', async () => {
    const anyone = ['/', '/docs', '/health/ready', '/index', '/live', '/openapi.json', '/ready', '/session'];
    const person = [
      '/allocation',
      '/anomalies',
      '/budgets',
      '/costs_per_user',
      '/costs-per-user',
      '/total_usage',
      '/total-usage',
    ];
    const own = ['/focus', '/statements/2025-03'];
    const nobodyElse = ['/metrics'];
    const expected: Record<string, number[]> = {};
    for (const path of await everyPath()) {
      expected[path] = anyone.includes(path)
        ? [200, 200, 200, 200]
        : [401, [...person, ...own].includes(path) ? 200 : 403, nobodyElse.includes(path) ? 403 : 200, 200];
    }
    const browsers = [
      new BrowserSession(api.url),
      await logIn(ALICE),
      await logIn(HUB_ADMIN),
      await logIn(CLUSTER_ADMIN),
    ];
    const seen: Record<string, number[]> = {};
    for (const path of await everyPath()) {
      seen[path] = await Promise.all(browsers.map(async (browser) => (await browser.send(withWindow(path))).status));
      // Failed attempts are limited by address.
      if (seen[path][0] === 429) seen[path][0] = 401;
    }
    expect(seen).toEqual(expected);
  });

  it('as a person gets their own statement and charges, and nobody else’s', async () => {
    const browser = await logIn(ALICE);
    const statement = await browser.json<{ for: string; summary: { amount_usd: number }[] }>('/statements/2025-03');
    expect(statement.for).toBe('user alice, hub prod of cluster alpha');
    expect(statement.summary.at(-1)!.amount_usd).toBe(31.5033333333);
    const focus = await (await browser.send(`/focus?${DAYS}`)).text();
    expect(JSON.stringify(statement) + focus).not.toMatch(/bob|carol|staging/);
    expect(focus).toContain('alice');
    for (const asked of ['user=bob', 'hub=staging', 'usergroup=research']) {
      expect([asked, (await browser.send(`/statements/2025-03?${asked}`)).status]).toEqual([asked, 403]);
    }
  });

  it('as a person sees their own costs and usage on that hub, whatever they ask for', async () => {
    const browser = await logIn(ALICE);
    for (const asked of [
      '',
      '&user=bob',
      '&user=all',
      '&user={alice,bob}',
      '&hub=staging',
      '&usergroup=teaching',
      '&limit=1',
    ]) {
      for (const path of ['/costs_per_user', '/total_usage']) {
        if (path === '/total_usage' && /limit|usergroup/.test(asked)) continue;
        const text = await (await browser.send(`${path}?${DAYS}${asked}`)).text();
        expect(text).not.toMatch(/bob|carol|staging|"hub":"support"/);
        const csv = await (await browser.send(`${path}?${DAYS}${asked}&format=csv`)).text();
        expect(csv).not.toMatch(/bob|carol|staging/);
      }
    }
    const rows = await browser.json<{ component: string; value: number }[]>(`/costs_per_user?${DAYS}&user=alice`);
    expect(rows.map(({ component, value }) => [component, value])).toEqual([
      ['compute', 30.0033],
      ['home storage', 1.5],
    ]);
    // The alice of staging is another person.
    expect(await browser.json(`/costs_per_user?from=2025-03-02&to=2025-03-02`)).toEqual([]);
  });

  it.each(['cluster', 'hub', 'component', 'user', 'usergroup', 'hub,component,instance_type,user'])(
    'as a person gets their own part alone of /allocation by %s',
    async (aggregate) => {
      const browser = await logIn(ALICE);
      for (const asked of [
        '',
        '&user=bob',
        '&shareIdle=false',
        '&usergroup=research',
        '&step=1d',
        '&limit=1',
        '&hub=staging',
      ]) {
        const path = `/allocation?window=2025-03-01,2025-03-02&aggregate=${aggregate}${asked}`;
        const rows = await browser.json<{ cost: number }[]>(path);
        expect(JSON.stringify(rows)).not.toMatch(/bob|carol|staging|support|reason":"/);
        const total = rows.reduce((sum, { cost }) => sum + cost, 0);
        // With a limit of 1: compute alone.
        expect([0, 30.0033, 31.5033]).toContain(Number(total.toFixed(4)));
      }
    },
  );

  it('as a person gets no service, which nobody is known to use', async () => {
    const browser = await logIn(ALICE);
    for (const asked of ['aggregate=service', 'aggregate=hub&service=EC2 - Other']) {
      expect((await browser.send(`/allocation?window=2025-03-01,2025-03-02&${asked}`)).status).toBe(403);
    }
    expect((await browser.send('/allocation/trends?window=7d&aggregate=user')).status).toBe(403);
  });

  it('as a person gets no share, which tells what others used', async () => {
    const browser = await logIn(ALICE);
    const rows = await browser.json<{ component: string; value: null; gib_hours: number }[]>(`/total_usage?${DAYS}`);
    expect(rows.map(({ component, value, gib_hours }) => [component, value, gib_hours])).toEqual([
      ['compute', null, 6],
      ['home storage', null, 1],
    ]);
  });

  it('as an admin of the hub, or by the scope that the file names, sees that hub and no other', async () => {
    for (const user of [HUB_ADMIN, { name: 'carl', scopes: ['custom:costs:read'] }]) {
      const browser = await logIn(user);
      expect(await browser.json(`/hub_names?${DAYS}`)).toEqual(['prod']);
      expect(await browser.json(`/costs_per_user?${DAYS}&hub=staging`)).toEqual([]);
    }
  });

  it('as a cluster admin sees all', async () => {
    const browser = await logIn(CLUSTER_ADMIN);
    expect(await browser.json(`/hub_names?${DAYS}`)).toEqual(['prod', 'staging', 'support']);
    expect(await browser.json('/session')).toMatchObject({ sees: 'everything', signedIn: true });
  });

  it('never gets what was kept for another', async () => {
    const path = `/costs_per_user?${DAYS}`;
    const texts = [];
    for (const user of [CLUSTER_ADMIN, ALICE, { name: 'bob' }, CLUSTER_ADMIN, ALICE]) {
      texts.push(await (await (await logIn(user)).send(path)).text());
    }
    expect(new Set(texts).size).toBe(3);
    expect(texts[2]).not.toContain('alice');
  });
});

describe('a login', () => {
  it('keeps its cookie from scripts, other sites and plain http', async () => {
    const browser = new BrowserSession(api.url);
    const { setCookie } = await browser.send('/login', { headers: { 'x-forwarded-proto': 'https' } });
    expect(setCookie).toMatch(/HttpOnly/);
    expect(setCookie).toMatch(/SameSite=Lax/);
    expect(setCookie).toMatch(/Secure/);
  });

  it('keeps the token of the Hub out of sight: the cookie is encrypted', async () => {
    const { cookie } = await logIn(ALICE);
    expect(
      Buffer.from(decodeURIComponent(cookie.split('=')[1]!).split(';')[0]!, 'base64').toString('latin1'),
    ).not.toMatch(/alice|prod|token/);
  });

  it.each([
    ['another state', (query: string) => query.replace(/state=.*/, 'state=guessed')],
    ['no state', (query: string) => query.replace(/&state=.*/, '')],
    ['another code', (query: string) => query.replace(/code=\w+/, 'code=guessed')],
    ['no code', (query: string) => query.replace(/code=\w+/, 'error=access_denied')],
  ])('fails with %s', async (_, change) => {
    const browser = new BrowserSession(api.url);
    const { headers } = await browser.send('/login');
    const back = await browser.send(`/oauth_callback?${change(hub.approve(headers.get('location')!, ALICE))}`);
    expect(back.headers.get('location')).toBe('./?login=failed');
    expect(await browser.json('/session')).toMatchObject({ sees: 'nothing' });
  });

  it('belongs to the browser that began it', async () => {
    const begun = await new BrowserSession(api.url).send('/login');
    const query = hub.approve(begun.headers.get('location')!, ALICE);
    const other = new BrowserSession(api.url);
    expect((await other.send(`/oauth_callback?${query}`)).headers.get('location')).toBe('./?login=failed');
  });

  it('works once', async () => {
    const browser = new BrowserSession(api.url);
    const { headers } = await browser.send('/login');
    const query = hub.approve(headers.get('location')!, ALICE);
    await browser.send(`/oauth_callback?${query}`);
    expect((await browser.send(`/oauth_callback?${query}`)).headers.get('location')).toBe('./?login=failed');
  });

  it('that began in two tabs of a browser ends in both, each where it began', async () => {
    const browser = new BrowserSession(api.url);
    const begun = [];
    for (const next of ['?page=explore', '?page=user']) {
      begun.push((await browser.send(`/login?next=${encodeURIComponent(next)}`)).headers.get('location')!);
    }
    const places = [];
    for (const location of begun) {
      const back = await browser.send(`/oauth_callback?${hub.approve(location, ALICE)}`);
      places.push(back.headers.get('location'));
    }
    expect(places).toEqual(['./?page=explore', './?page=user']);
  });

  it('is not ended by somebody who guesses at its state', async () => {
    const browser = new BrowserSession(api.url);
    const { headers } = await browser.send('/login');
    await browser.send('/oauth_callback?code=x&state=guessed');
    const back = await browser.send(`/oauth_callback?${hub.approve(headers.get('location')!, ALICE)}`);
    expect(back.headers.get('location')).toBe('./');
  });

  it('has a cookie that browsers keep, however long the link is', async () => {
    const browser = new BrowserSession(api.url);
    const links = [3, 480, 480, 480, 20_000].map((length) => `?user=${'x'.repeat(length)}`);
    for (const next of links) {
      const { setCookie } = await browser.send(`/login?next=${encodeURIComponent(next)}`);
      expect(setCookie!.length).toBeLessThan(4000);
    }
  });

  it.each(['https://evil.example', '//evil.example', '/docs'])('does not send the browser to %s', async (next) => {
    const browser = new BrowserSession(api.url);
    const { headers } = await browser.send(`/login?next=${encodeURIComponent(next)}`);
    const back = await browser.send(`/oauth_callback?${hub.approve(headers.get('location')!, ALICE)}`);
    expect(back.headers.get('location')).toBe('./');
  });

  it('with a cookie that was changed is none', async () => {
    const { cookie } = await logIn(ALICE);
    for (const changed of [
      cookie.replace(/.{4}$/, 'AAAA'),
      cookie.slice(0, -8),
      'cost-monitoring=x',
      'cost-monitoring=;;',
    ]) {
      expect(
        (await BrowserSession.with(api.url, changed).send(`/costs_per_user?${DAYS}`)).status,
      ).toBeGreaterThanOrEqual(401);
    }
  });

  it('holds after the key was rotated, until the old key is taken away', async () => {
    const { cookie } = await logIn(ALICE);
    const newer = Buffer.alloc(32, 8).toString('base64');
    for (const [sessionKeys, status] of [
      [[newer, KEY], 200],
      [[newer], 401],
    ] as const) {
      const other = await RunningApi.start(database.url, 'alpha', { hubs: hubs(), sessionKeys: [...sessionKeys] });
      try {
        expect((await BrowserSession.with(other.url, cookie).send(`/costs_per_user?${DAYS}`)).status).toBe(status);
      } finally {
        await other.stop();
      }
    }
  });
});

describe('logging out', () => {
  it('deletes the cookie and revokes the token', async () => {
    const browser = await logIn(ALICE);
    const before = browser.cookie;
    const { status, setCookie } = await browser.send('/session', { method: 'DELETE' });
    expect(status).toBe(204);
    expect(setCookie).toMatch(/Max-Age=0/);
    expect(hub.revoked.at(-1)).toBe('/hub/api/users/alice/tokens/a7');
    expect(await browser.json('/session')).toMatchObject({ sees: 'nothing', signedIn: false });
    expect(before).not.toBe('');
  });

  it('is not done by another site', async () => {
    const browser = await logIn(ALICE);
    const others: Record<string, string>[] = [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }];
    for (const headers of others) {
      expect((await browser.send('/session', { method: 'DELETE', headers })).status).toBe(403);
    }
    expect(await browser.json('/session')).toMatchObject({ sees: 'own', user: 'alice' });
  });
});

describe('the Hub', () => {
  it('is asked once in a while, not for every request', async () => {
    const browser = await logIn({ name: 'often' });
    const before = hub.asked;
    await Promise.all(Array.from({ length: 20 }, () => browser.send(`/costs_per_user?${DAYS}`)));
    expect(hub.asked - before).toBeLessThanOrEqual(1);
  });

  it('is heard when it no longer knows a user: a replica that has not asked lets them in no more', async () => {
    const browser = await logIn({ name: 'removed' });
    hub.remove('removed');
    const replica = await RunningApi.start(database.url, 'alpha', { hubs: hubs(), sessionKeys: [KEY] });
    try {
      expect((await BrowserSession.with(replica.url, browser.cookie).send(`/costs_per_user?${DAYS}`)).status).toBe(401);
    } finally {
      await replica.stop();
    }
  });

  it('that is away lets nobody in', async () => {
    hub.isAway = true;
    try {
      const browser = new BrowserSession(api.url);
      const { headers } = await browser.send('/login');
      const back = await browser.send(`/oauth_callback?${hub.approve(headers.get('location')!, ALICE)}`);
      expect(back.headers.get('location')).toBe('./?login=failed');
    } finally {
      hub.isAway = false;
    }
  });
});
