import type { LoggerService } from '@nestjs/common';
import { findFreePort } from '#libs/embedded';
import { makeToken } from '../../../apps/api/src/access/new-token.js';
import { databaseOfFile, execute, type TestDatabase } from '../../support/database.js';
import { fillDerived } from '../../support/fill-derived.js';
import { fillEstate } from './estate.js';
import { RunningApi } from './running-api.js';

const DAYS = 'from=2025-03-01&to=2025-03-02';

const admin = makeToken('admin', []);
const prod = makeToken('prod-team', ['prod']);
const both = makeToken('both', ['prod', 'staging']);
const nowhere = makeToken('nowhere', ['no-such-hub']);
const betas = makeToken('betas', ['prod']);

/** Sees of prod what is prod's own. */
const direct = makeToken('direct', ['prod']);

const TOKENS = [admin, prod, both, nowhere, betas, direct].map((made) => ({
  name: made.entry.name,
  sha256: made.entry.hash.replace('sha256:', ''),
  hubs: made.entry.scope === 'all' ? undefined : made.entry.scope,
  cluster: made.entry.scope === 'all' ? undefined : made === betas ? 'beta' : 'alpha',
  shared: made !== direct,
}));

/** Paths that show no costs and ask for no token. Whatever is not here is closed. */
const OPEN = ['/', '/docs', '/health/ready', '/index', '/live', '/openapi.json', '/ready', '/session'];

/** Shows what all hubs cost: to whoever may see that. */
const OF_ALL = '/metrics';

/** Says nothing of any hub. */
/** No rows of JSON: focus.spec.ts and statements.spec.ts show who sees what of these. */
const DOCUMENTS = ['/focus', '/statements/{month}'];
const SAME_FOR_ALL = [...DOCUMENTS, '/component-names', '/component_names', '/health', OF_ALL];

/** Keeps what the API logs. */
class Log implements LoggerService {
  readonly lines: string[] = [];
  log = (...words: unknown[]) => this.#keep('log', words);
  warn = (...words: unknown[]) => this.#keep('warn', words);
  error = (...words: unknown[]) => this.#keep('error', words);
  fatal = (...words: unknown[]) => this.#keep('fatal', words);
  debug = (...words: unknown[]) => this.#keep('debug', words);
  verbose = (...words: unknown[]) => this.#keep('verbose', words);

  #keep(level: string, words: unknown[]): void {
    this.lines.push(`${level} ${words.map(String).join(' ')}`);
  }
}

let database: TestDatabase;
/** The same, as if there were no hub but alpha's prod. */
let prodAlone: TestDatabase;
let api: RunningApi;
let apiOfProdAlone: RunningApi;
let parametersOf: Record<string, { name: string }[]>;
const log = new Log();

beforeAll(async () => {
  database = await databaseOfFile();
  await fillEstate(database.url);
  prodAlone = await databaseOfFile();
  await fillEstate(prodAlone.url);
  for (const table of ['attributed_costs', 'user_costs', 'user_usage', 'group_memberships', 'day_costs']) {
    await execute(prodAlone.url, `DELETE FROM ${table} WHERE cluster <> 'alpha' OR hub <> 'prod'`);
  }
  await execute(prodAlone.url, `DELETE FROM budgets WHERE cluster <> 'alpha' OR hub IS DISTINCT FROM 'prod'`);
  await execute(prodAlone.url, `DELETE FROM forecasts WHERE cluster <> 'alpha' OR name <> 'prod'`);
  await execute(prodAlone.url, `DELETE FROM anomalies WHERE cluster <> 'alpha' OR hub <> 'prod'`);
  await fillDerived(prodAlone.url);
  api = await RunningApi.start(database.url, 'alpha', { tokens: TOKENS, logger: log });
  apiOfProdAlone = await RunningApi.start(prodAlone.url, 'alpha');
  const { paths } = (await api.get('/openapi.json')).json as {
    paths: Record<string, { get: { parameters?: { name: string }[] } }>;
  };
  parametersOf = Object.fromEntries(Object.entries(paths).map(([path, { get }]) => [path, get.parameters ?? []]));
  const { endpoints } = (await api.get('/index')).json as { endpoints: { path: string; also: string[] }[] };
  for (const { path, also } of endpoints) for (const other of also) parametersOf[other] = parametersOf[path]!;
});

const bearer = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` });

async function rowsFor(holder: { token: string }, path: string): Promise<Record<string, unknown>[]> {
  const { status, text, json } = await api.get(path, bearer(holder));
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
  return json;
}

/** Every path of the index, under each of its spellings. */
async function everyPath(): Promise<string[]> {
  const { json } = await api.get('/index');
  return (json.endpoints as { path: string; also: string[] }[]).flatMap(({ path, also }) => [path, ...also]);
}

/** Of a query, the parameters that an endpoint takes. */
function knownTo(path: string, query: string): string {
  const known = (parametersOf[path] ?? parametersOf[path.replaceAll('-', '_')] ?? []).map(({ name }) => name);
  return query
    .split('&')
    .filter((parameter) => known.includes(parameter.split('=')[0]!))
    .join('&');
}

const daysOf = (path: string) => (path.startsWith('/allocation') ? 'window=2025-03-01,2025-03-02' : DAYS);

const rowsOf = (json: unknown) => json as Record<string, unknown>[];

const QUESTIONS = [
  '',
  'unallocated=include',
  'unallocated=include&groups=split&limit=1&per=person',
  'step=month',
  'step=all&unallocated=include',
  'hub=staging&hub_name=staging',
  'user=carol&username=carol&user_name=carol',
  'usergroup=elsewhere',
  'component=core',
  'aggregate=hub,component,user&includeIdle=false',
  'aggregate=usergroup&usergroup=none&usergroup=research&step=1d',
  'aggregate=hub&hub=staging',
  'shared=usage',
  'groups=split',
  'limit=1',
  'limit=3&groups=split',
  'component=compute',
  'hub=all',
  'hub=prod',
  'hub={prod,staging}&hub_name={prod,staging}',
  'hub=prod&hub=support&hub_name=support&hub_name=prod',
  'user={alice,carol}&username={alice,carol}&user_name={alice,carol}',
  'usergroup=none,research',
  'cluster=alpha',
];

describe('a token for one hub', () => {
  it('gets, of every endpoint, what there would be if that hub were all there is', async () => {
    const paths = (await everyPath()).filter((path) => !OPEN.includes(path) && !SAME_FOR_ALL.includes(path));
    expect(paths.length).toBeGreaterThanOrEqual(20);
    for (const path of paths) {
      for (const question of QUESTIONS) {
        const asked = `${path}?${daysOf(path)}&${knownTo(path, question)}`;
        const { json: seen, headers } = await api.get(asked, bearer(prod));
        const { json: alone, headers: headersAlone } = await apiOfProdAlone.get(asked);
        // Names of other hubs look like names that nobody knows.
        expect({ asked, unknown: headers.get('x-unknown') }).toEqual({ asked, unknown: headersAlone.get('x-unknown') });
        expect({ asked, seen: rowsOf(seen).map(comparable) }).toEqual({
          asked,
          seen: rowsOf(alone)
            .filter((row) => row['name'] !== 'account')
            .map(comparable),
        });
        expect(JSON.stringify(seen)).not.toMatch(/staging|support|carol|elsewhere|account/);
      }
      const all = await rowsFor(prod, `${path}?${daysOf(path)}`);
      // Nobody of prod is in no group.
      expect({ path, empty: all.length === 0 }).toEqual({ path, empty: /no.groups/.test(path) });
    }
  });

  it('gets the services of its hub, shared cost among them, and of no other', async () => {
    expect(await rowsFor(prod, '/allocation?window=2025-03-01,2025-03-01&aggregate=hub,service')).toMatchObject([
      { hub: 'prod', service: 'Amazon Elastic Compute Cloud - Compute', cost: 40.005, shared: 15 },
      { hub: 'prod', service: 'EC2 - Other', cost: 9.5, shared: 0 },
    ]);
    expect(await rowsFor(prod, '/allocation?window=2025-03-01,2025-03-01&aggregate=service&hub=staging')).toEqual([]);
  });

  it('gets the attributable total of its hub, a known 0 included, and not that of the account', async () => {
    expect(await rowsFor(prod, `/total_costs?${DAYS}`)).toEqual([
      { date: '2025-03-01', cost: '34.50', name: 'attributable' },
      { date: '2025-03-02', cost: '7.00', name: 'attributable' },
    ]);
    expect(await rowsFor(nowhere, `/total_costs?${DAYS}`)).toEqual([
      { date: '2025-03-01', cost: '0.00', name: 'attributable' },
      { date: '2025-03-02', cost: '0.00', name: 'attributable' },
    ]);
  });

  it('gets shares that are taken over everyone, and then filtered', async () => {
    const values = async (question: string) =>
      (await rowsFor(prod, `/total_usage?${DAYS}&component=compute${question}`)).map(({ user, value }) => [
        user,
        value,
      ]);
    expect(await values('')).toEqual([
      ['alice', 0.5],
      ['bob', 0.25],
    ]);
    expect(await values('&hub=prod')).toEqual([
      ['alice', 0.6666666667],
      ['bob', 0.3333333333],
    ]);
  });

  it.each([
    '/total_costs_per_component?hub=staging',
    '/total_costs_per_group?hub=staging',
    '/costs_per_user?hub=staging',
    '/costs_per_user?user=carol',
    '/total_usage?hub=staging',
    '/user_groups?hub=staging',
    '/users_with_multiple_groups?hub_name=staging',
    '/users_with_no_groups?hub_name=staging',
    '/hub_names?cluster=beta',
    '/total_costs?cluster=beta',
    '/costs_per_user?cluster=beta',
  ])('gets [] of %s, which is not its hub', async (path) => {
    expect(await rowsFor(prod, `${path}&${DAYS}`)).toEqual([]);
  });

  it('of another cluster sees that cluster without naming it, though its hub has the same name', async () => {
    expect(await rowsFor(betas, `/total_costs_per_hub?${DAYS}`)).toEqual([
      { date: '2025-03-01', cost: '500.00', name: 'prod' },
    ]);
    expect(await rowsFor(betas, `/total_costs_per_hub?${DAYS}&cluster=alpha`)).toEqual([]);
  });

  it('sees on /health its own cluster, and no text of an error', async () => {
    await execute(
      database.url,
      `INSERT INTO sync_runs (cluster, source, trigger, status, error, started_at, finished_at)
       VALUES ('alpha', 'cost-explorer', 'once', 'failed', 'no cost of hub staging', now(), now())`,
    );
    const seen = async (holder: { token: string }) =>
      (await api.get('/health', bearer(holder))).json.details.syncs.sources.map(
        ({ cluster, lastError }: { cluster: string; lastError: string | null }) => [cluster, lastError],
      );
    expect(await seen(admin)).toEqual([
      ['alpha', 'no cost of hub staging'],
      ['alpha', null],
      ['beta', null],
    ]);
    expect(await seen(prod)).toEqual([
      ['alpha', 'shown to those who see every hub'],
      ['alpha', null],
    ]);
  });
});

describe('a token with "shared": false', () => {
  let unshared: TestDatabase;
  let apiOfUnshared: RunningApi;

  beforeAll(async () => {
    // Somebody of prod bears nothing but shared cost, on a day of its own.
    const dave = `INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups)
      VALUES ('alpha', '2025-03-01', 'prod', 'dave', 'compute', 0, 7, '{?}')`;
    await execute(database.url, dave);
    await fillDerived(database.url);
    unshared = await databaseOfFile();
    await fillEstate(unshared.url);
    for (const table of ['attributed_costs', 'user_costs', 'user_usage', 'group_memberships']) {
      await execute(unshared.url, `DELETE FROM ${table} WHERE cluster <> 'alpha' OR hub <> 'prod'`);
    }
    await execute(unshared.url, 'UPDATE user_costs SET shared_usd = 0');
    // What is stored of users has shared cost in it.
    await execute(unshared.url, `DELETE FROM budgets WHERE hub IS DISTINCT FROM 'prod' OR basis <> 'tagged'`);
    await execute(unshared.url, `DELETE FROM forecasts WHERE name <> 'prod'`);
    await execute(unshared.url, `DELETE FROM anomalies WHERE hub <> 'prod' OR username IS NOT NULL`);
    await fillDerived(unshared.url);
    apiOfUnshared = await RunningApi.start(unshared.url, 'alpha');
  });
  afterAll(async () => {
    await execute(database.url, `DELETE FROM user_costs WHERE username = 'dave'`);
    await fillDerived(database.url);
  });

  it('gets, of every endpoint, what there would be if the cluster shared no cost', async () => {
    for (const path of (await everyPath()).filter((path) => !OPEN.includes(path) && !SAME_FOR_ALL.includes(path))) {
      for (const question of [...QUESTIONS, 'aggregate=service', 'aggregate=hub,component,service&limit=1']) {
        const asked = `${path}?${daysOf(path)}&${knownTo(path, question)}`;
        const seen = await rowsFor(direct, asked);
        const reference = (await apiOfUnshared.rows(asked)).filter((row) => row['name'] !== 'account');
        expect({ asked, seen: seen.map(comparable) }).toEqual({ asked, seen: reference.map(comparable) });
      }
    }
  });

  it('gets other figures than a token for the same hub, whoever asks first', async () => {
    const costs = async (holder: { token: string }) =>
      (await rowsFor(holder, '/costs_per_user?from=2025-03-01&to=2025-03-01&component=compute&groups=split')).map(
        ({ user, value }) => [user, value],
      );
    for (let round = 0; round < 2; round++) {
      expect(await costs(prod)).toEqual([
        ['alice', 30.0033],
        ['bob', 7.5008],
        ['bob', 7.5008],
        ['dave', 7],
      ]);
      expect(await costs(direct)).toEqual([
        ['alice', 20.0033],
        ['bob', 5.0008],
        ['bob', 5.0008],
      ]);
    }
  });
});

describe('a token for several hubs', () => {
  it('sees these and no others', async () => {
    expect(await rowsFor(both, `/hub_names?${DAYS}`)).toEqual(['prod', 'staging']);
    expect(await rowsFor(both, `/users_with_no_groups?${DAYS}`)).toEqual([{ username: 'carol', hub: 'staging' }]);
    expect(await rowsFor(both, '/total_costs?from=2025-03-01&to=2025-03-01')).toEqual([
      { date: '2025-03-01', cost: '44.50', name: 'attributable' },
    ]);
  });
});

describe('a token for everything', () => {
  it('sees what an API without tokens shows', async () => {
    const open = await RunningApi.start(database.url, 'alpha');
    try {
      for (const path of (await everyPath()).filter(
        (path) => ![...OPEN, ...DOCUMENTS, OF_ALL, '/health'].includes(path),
      )) {
        const asked = `${path}?${daysOf(path)}`;
        expect(await rowsFor(admin, asked)).toEqual(await open.rows(asked));
      }
    } finally {
      await open.stop();
    }
  });

  it('may be sent with the scheme in any case', async () => {
    expect((await api.get('/hub_names', { authorization: `bearer ${admin.token}` })).status).toBe(200);
  });
});

describe('an answer that is kept in memory', () => {
  it('is given to those alone who may see it, whoever asked first', async () => {
    const path = `/total_costs_per_hub?${DAYS}&shared=usage`;
    const names = async (holder: { token: string }) => [
      ...new Set((await rowsFor(holder, path)).map(({ name }) => name)),
    ];
    for (let round = 0; round < 3; round++) {
      expect(await names(admin)).toEqual(['prod', 'staging', 'support']);
      expect(await names(prod)).toEqual(['prod']);
      expect(await names(both)).toEqual(['prod', 'staging']);
      expect(await names(nowhere)).toEqual([]);
      expect((await api.get(path)).status).toBe(401);
    }
    const { headers } = await api.get(path, bearer(admin));
    const known = { ...bearer(prod), 'if-none-match': headers.get('etag') ?? '' };
    expect((await api.get(path, known)).status).toBe(200);
    expect(headers.get('cache-control')).toMatch(/private/);
  });
});

describe('without a token', () => {
  it('what shows no costs is open, and everything else is closed', async () => {
    // An address of its own, as the attempts are many.
    const closed = await RunningApi.start(database.url, 'alpha', { tokens: TOKENS });
    const open: string[] = [];
    try {
      for (const path of await everyPath()) {
        const { status } = await closed.get(path);
        if (status === 200) open.push(path);
        else expect([401, 429]).toContain(status);
      }
      expect((await closed.get('/docs/swagger-ui.css')).status).toBe(200);
      expect((await closed.get('/nope')).status).toBe(404);
    } finally {
      await closed.stop();
    }
    expect(open.toSorted()).toEqual(OPEN.toSorted());
  });
});

describe('/metrics', () => {
  it('is for tokens that may see everything', async () => {
    const guarded = await RunningApi.start(database.url, 'alpha', { tokens: TOKENS });
    try {
      expect((await guarded.get(OF_ALL)).status).toBe(401);
      for (const holder of [prod, both, betas, nowhere]) {
        const { status, json } = await guarded.get(OF_ALL, bearer(holder));
        expect([status, json.message]).toEqual([403, 'this needs a token of scope "all"']);
      }
      expect((await guarded.get(OF_ALL, bearer(admin))).text).toContain('cost_monitoring_settled_day_cost_usd');
    } finally {
      await guarded.stop();
    }
  });

  it('needs none on a port of its own, and is there alone', async () => {
    const metricsPort = await findFreePort();
    const guarded = await RunningApi.start(database.url, 'alpha', { tokens: TOKENS, metricsPort });
    const there = `http://127.0.0.1:${metricsPort}`;
    try {
      expect((await guarded.get(OF_ALL, bearer(admin))).status).toBe(404);
      expect((await guarded.get('/index')).text).not.toContain(OF_ALL);
      expect((await guarded.get('/openapi.json')).json.paths).not.toHaveProperty([OF_ALL]);
      const scraped = await fetch(`${there}/metrics?x=1`);
      expect(scraped.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect(await scraped.text()).toContain('cost_monitoring_settled_day_cost_usd');
      for (const path of ['/', '/hub_names', '/health', '/metrics/']) {
        expect((await fetch(there + path)).status).toBe(404);
      }
      expect((await fetch(`${there}/metrics`, { method: 'POST' })).status).toBe(404);
    } finally {
      await guarded.stop();
    }
    await expect(fetch(`${there}/metrics`)).rejects.toThrow('fetch failed');
  });
});

describe('a failed attempt', () => {
  let guarded: RunningApi;
  const attempts = new Log();

  beforeEach(async () => {
    attempts.lines.length = 0;
    guarded = await RunningApi.start(database.url, 'alpha', { tokens: TOKENS, logger: attempts });
  });

  afterEach(() => guarded.stop());

  const refusals = () =>
    attempts.lines.filter((line) => line.includes('refused')).map((line) => line.split(' AccessGate')[0]);

  it('gets 401, told how to be let in, with the same headers as any answer', async () => {
    const { status, json, headers } = await guarded.get('/hub_names');
    expect({ status, json }).toEqual({
      status: 401,
      json: { statusCode: 401, message: 'a bearer token is required', error: 'Unauthorized' },
    });
    expect(headers.get('www-authenticate')).toBe('Bearer realm="jupyterhub-cost-monitoring"');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
    const wrong = await guarded.get('/hub_names', { authorization: 'Bearer prod-team.wrong' });
    expect({ status: wrong.status, message: wrong.json.message }).toEqual({
      status: 401,
      message: 'the token is not valid',
    });
    expect(wrong.headers.get('www-authenticate')).toBe(
      'Bearer realm="jupyterhub-cost-monitoring", error="invalid_token"',
    );
  });

  it.each([
    ['Basic scheme', `Basic ${Buffer.from(`x:${admin.token}`).toString('base64')}`],
    ['token without a scheme', admin.token],
    ['token cut short', `Bearer ${admin.token.slice(0, -1)}`],
    ['token with more behind it', `Bearer ${admin.token} x`],
    ['empty token', 'Bearer '],
    ['10 kB of token', `Bearer ${'x'.repeat(10_000)}`],
    ['hash instead of the token', `Bearer ${admin.entry.hash}`],
  ])('with a %s gets 401', async (_, authorization) => {
    expect((await guarded.get('/hub_names', { authorization })).status).toBe(401);
  });

  it('is not made good by a token in the query', async () => {
    expect((await guarded.get(`/hub_names?token=${admin.token}&access_token=${admin.token}`)).status).toBe(401);
  });

  it('is logged with the name that the token claims, where there is such a name, and never with the token', async () => {
    await guarded.get('/hub_names');
    await guarded.get('/hub_names', { authorization: `Basic ${admin.token}` });
    await guarded.get('/hub_names', { authorization: 'Bearer prod-team.c2VjcmV0' });
    await guarded.get('/hub_names', { authorization: 'Bearer c2VjcmV0.c2VjcmV0' });
    expect(refusals()).toEqual([
      'warn refused: no token, from 127.0.0.1 AccessGuard',
      'warn refused: no bearer token, from 127.0.0.1 AccessGuard',
      'warn refused: token prod-team with a wrong secret, from 127.0.0.1 AccessGuard',
      'warn refused: unknown token, from 127.0.0.1 AccessGuard',
    ]);
    expect(attempts.lines.join('\n')).not.toMatch(/c2VjcmV0/);
    expect(attempts.lines.join('\n')).not.toContain(admin.token);
  });

  it('after ten others from the same address gets 429 and how long to wait, unlogged; who has a token still gets in', async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 15; attempt++) {
      // A header that anybody can write does not make it another address.
      const headers = { authorization: `Bearer guess.${attempt}`, 'x-forwarded-for': `10.0.0.${attempt}` };
      statuses.push((await guarded.get('/total_costs', headers)).status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), ...Array<number>(5).fill(429)]);
    const { json, headers } = await guarded.get('/total_costs');
    expect(json).toEqual({ statusCode: 429, message: 'too many failed attempts', error: 'Too Many Requests' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(refusals()).toHaveLength(10);
    expect(refusals().at(-1)).toBe(
      'warn refused: unknown token, from 127.0.0.1; more within the minute go unlogged AccessGuard',
    );
    expect((await guarded.get('/total_costs', bearer(admin))).status).toBe(200);
    expect((await guarded.get('/live')).status).toBe(200);
  });

  it('is counted by its route template in /metrics', async () => {
    await guarded.get('/costs_per_user?user=somebody');
    expect((await guarded.get('/metrics', bearer(admin))).text).toContain('route="/costs_per_user",status="401"} 1');
  });
});

describe('the start-up', () => {
  it('says whether the API is open', async () => {
    expect(log.lines.join('\n')).toMatch(/a bearer token is required/);
    const words = new Log();
    const open = await RunningApi.start(database.url, 'alpha', { logger: words });
    await open.stop();
    expect(words.lines.join('\n')).toMatch(/^warn open: whoever reaches the port sees all costs; API_TOKENS_FILE/m);
  });
});

/** A row without what is measured against everyone. */
function comparable(row: unknown): unknown {
  if (typeof row !== 'object' || row === null || !('gib_hours' in row)) return row;
  return { ...row, value: undefined };
}
