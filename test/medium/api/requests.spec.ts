import { createTestDatabase, openClient } from '../../support/database.js';
import { apiOnEstate } from './api-on-estate.js';
import { QUESTIONS } from './questions.js';
import { RunningApi } from './running-api.js';

const PATHS = ['hub_names', 'component_names', ...QUESTIONS];

const DAYS = 'from=2025-03-01&to=2025-03-02';

const api = apiOnEstate();

describe('paths', () => {
  it.each(PATHS)('/%s answers the same under both spellings', async (path) => {
    const rows = await api.rows(`/${path}?${DAYS}`);
    expect(rows.length).toBeGreaterThan(0);
    expect(await api.rows(`/${path.replaceAll('_', '-')}?${DAYS}`)).toEqual(rows);
  });

  it('are all listed by /index and /', async () => {
    const index = (await api.get('/index')).json;
    expect((await api.get('/')).json).toEqual(index);
    expect(index.endpoints.map(({ path }: { path: string }) => path).toSorted()).toEqual(
      [
        '/allocation',
        '/allocation/trends',
        '/anomalies',
        '/budgets',
        '/component-names',
        '/costs_per_user',
        '/days',
        '/docs',
        '/focus',
        '/forecast',
        '/health',
        '/hub_names',
        '/index',
        '/live',
        '/metrics',
        '/openapi.json',
        '/ready',
        '/session',
        '/statements/{month}',
        '/total_costs',
        '/total_costs_per_component',
        '/total_costs_per_group',
        '/total_costs_per_hub',
        '/total_usage',
        '/user_groups',
        '/users_with_multiple_groups',
        '/users_with_no_groups',
      ].toSorted(),
    );
  });

  it('that do not exist get 404 as JSON', async () => {
    const { status, json } = await api.get('/total_cost');
    expect({ status, json }).toEqual({
      status: 404,
      json: { statusCode: 404, message: 'no such endpoint: /index lists them', error: 'Not Found' },
    });
  });
});

describe('URLs as the existing dashboards send them', () => {
  const RANGE = 'from=2025-03-01T00:00:00.000Z&to=2025-03-02T23:59:59.999Z';
  const users = async (query: string) => (await api.rows(`/costs-per-user?${RANGE}${query}`)).length;

  it('take everything for All, all, an empty and an unset variable', async () => {
    expect(await users('')).toBe(8);
    expect(await users('&hub=All&component=all&limit=')).toBe(8);
    expect(await users('&hub=&component=&user=&usergroup=all&limit=All')).toBe(8);
    expect(await users('&hub=%7Bprod,All%7D')).toBe(8);
  });

  it('take several values of a variable as a brace list, encoded or not, or as a repeated parameter', async () => {
    expect(await users('&usergroup={teaching,none}')).toBe(3);
    expect(await users('&usergroup=%7Bteaching%2Cnone%7D')).toBe(3);
    expect(await users('&usergroup=teaching,none')).toBe(3);
    expect(await users('&usergroup=teaching&usergroup=none')).toBe(3);
    expect(await users('&hub={prod,staging}')).toBe(8);
    expect(await users('&hub=prod&hub=staging')).toBe(8);
  });

  it('find a component by its encoded name', async () => {
    const path = `/total-costs-per-component?${RANGE}&component=home%20storage&hub=prod`;
    expect(await api.rows(path)).toEqual([{ date: '2025-03-01', cost: '4.50', component: 'home storage' }]);
    expect(await api.rows(path.replace('%20', '+'))).toHaveLength(1);
  });

  it('give columns of the types that panels are set to', async () => {
    const types = async (path: string) =>
      Object.entries((await api.rows(`${path}?${RANGE}`))[0]!).map(([name, value]) => `${name}:${typeof value}`);
    expect(await types('/total-costs')).toEqual(['date:string', 'cost:string', 'name:string']);
    expect(await types('/total-costs-per-hub')).toEqual(['date:string', 'cost:string', 'name:string']);
    expect(await types('/total-costs-per-component')).toEqual(['date:string', 'cost:string', 'component:string']);
    expect(await types('/total-costs-per-group')).toEqual(['date:string', 'usergroup:string', 'cost:number']);
    expect(await types('/costs-per-user')).toEqual([
      'date:string',
      'user:string',
      'hub:string',
      'component:string',
      'value:number',
      'usergroup:string',
    ]);
  });
});

describe('ranges', () => {
  const dates = async (query: string) => [
    ...new Set((await api.rows<{ date: string }>(`/total_costs?${query}`)).map(({ date }) => date)),
  ];

  it('include both days', async () => {
    expect(await dates('from=2025-03-01&to=2025-03-01')).toEqual(['2025-03-01']);
    expect(await dates(DAYS)).toEqual(['2025-03-01', '2025-03-02']);
  });

  it('convert a date-time with a zone to the UTC day, its plus sign encoded or not', async () => {
    expect(await dates('from=2025-03-02T01:00:00%2B02:00&to=2025-03-01')).toEqual(['2025-03-01']);
    expect(await dates('from=2025-03-02T01:00:00+02:00&to=2025-03-01')).toEqual(['2025-03-01']);
    expect(await dates('from=2025-03-01&to=2025-03-01T23:30:00-02:00')).toEqual(['2025-03-01', '2025-03-02']);
  });

  it('may be of any length and end in the future', async () => {
    expect(await dates('from=0001-01-01&to=9999-12-31')).toEqual(['2025-03-01', '2025-03-02']);
    expect(await dates('from=2024-01-01&to=2025-03-31')).toEqual(['2025-03-01', '2025-03-02']);
    expect(await dates('from=9998-01-01&to=9998-02-01')).toEqual([]);
  });
});

describe('bad input', () => {
  it.each([
    ['from=2025-03-02&to=2025-03-01', 'from'],
    ['from=2025-02-30', 'from'],
    ['to=2025-13-01', 'to'],
    ['from=yesterday', 'from'],
    ['from=1740787200000', 'from'],
    ['from=2025-03-01T24:00:00Z', 'from'],
    ['from=0000-01-01', 'from'],
    ['to=2025-03-01%00', 'to'],
    ['from=2025-03-01&from=2025-03-02', 'from'],
    ['limit=0', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1e3', 'limit'],
    ['groups=half', 'groups'],
    ['cluster=alpha&cluster=beta', 'cluster'],
  ])('%s gets 400 and a sentence that names %s', async (query, parameter) => {
    const { status, json } = await api.get(`/costs_per_user?${query}`);
    expect({ status, json }).toEqual({
      status: 400,
      json: { statusCode: 400, message: expect.stringMatching(`^${parameter}: .+`), error: 'Bad Request' },
    });
  });

  it('shared=usage and nothing else is a word of /total_costs_per_hub', async () => {
    expect((await api.get('/total_costs_per_hub?shared=evenly')).json.message).toBe('shared: must be support or usage');
  });

  it('a malformed address gets 400 as JSON', async () => {
    const { status, json } = await api.get('/%zz');
    expect({ status, statusCode: json.statusCode }).toEqual({ status: 400, statusCode: 400 });
  });
});

describe('values that match nothing', () => {
  it.each([
    ['a hub that does not exist', 'hub=nowhere'],
    ['a component that does not exist', 'component=Compute'],
    ['a user that does not exist', 'user=nobody'],
    ['quotes and SQL', `user=${encodeURIComponent(`'; DROP TABLE user_costs; --`)}`],
    ['a percent sign', 'user=%25'],
    ['an emoji', `user=${encodeURIComponent('👩‍🔬')}`],
    ['a NUL byte', 'user=a%00b'],
    ['half a surrogate pair', 'user=%ED%A0%80'],
    ['10 kB of text', `user=${'x'.repeat(10_000)}`],
    ['10 kB of encoded text', `user=${'%C3%A9'.repeat(5_000)}`],
    ['a cluster that does not exist', 'cluster=gamma'],
    ['a cluster with a NUL byte', 'cluster=%00'],
    ['braces around nothing that exists', 'usergroup={,}&user={'],
  ])('%s gets []', async (_, query) => {
    const { status, text } = await api.get(`/costs_per_user?${DAYS}&${query}`);
    expect({ status, text }).toEqual({ status: 200, text: '[]' });
  });

  it('do no harm', async () => {
    expect(await api.rows(`/costs_per_user?${DAYS}`)).toHaveLength(8);
  });
});

describe('clusters', () => {
  it('are kept apart', async () => {
    expect(await api.rows(`/total_costs_per_hub?${DAYS}&cluster=beta`)).toEqual([
      { date: '2025-03-01', cost: '500.00', name: 'prod' },
    ]);
  });

  it('must be named when there are several and none is configured', async () => {
    const unconfigured = await RunningApi.start(api.databaseUrl);
    try {
      const { status, json } = await unconfigured.get(`/total_costs?${DAYS}`);
      expect({ status, message: json.message }).toEqual({ status: 400, message: expect.stringMatching(/^cluster: /) });
      expect(await unconfigured.rows(`/total_costs?${DAYS}&cluster=beta`)).toHaveLength(2);
    } finally {
      await unconfigured.stop();
    }
  });

  it('answer [] while the database holds none', async () => {
    const empty = await createTestDatabase();
    const unconfigured = await RunningApi.start(empty.url);
    try {
      expect(await unconfigured.rows('/total_costs')).toEqual([]);
      expect(await unconfigured.rows('/hub_names')).toEqual([]);
    } finally {
      await unconfigured.stop();
      await empty.drop();
    }
  });
});

describe('every answer', () => {
  it('carries security headers and does not say what serves it', async () => {
    for (const path of ['/total_costs', '/nope', '/%zz', '/total_costs?from=x']) {
      const { headers } = await api.get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('content-type')).toMatch(/^application\/json/);
    }
  });
});

describe('a role that may read the schema reporting and nothing else', () => {
  it('is all that the API needs', async () => {
    const role = `api_reader_${process.pid}`;
    const admin = await openClient(api.databaseUrl);
    await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reader'`);
    await admin.query(`GRANT USAGE ON SCHEMA reporting TO ${role}`);
    await admin.query(`GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO ${role}`);
    const url = new URL(api.databaseUrl);
    url.username = role;
    url.password = 'reader';
    const restricted = await RunningApi.start(url.href);
    try {
      for (const path of PATHS) {
        expect(await restricted.rows(`/${path}?${DAYS}&cluster=alpha`)).toEqual(await api.rows(`/${path}?${DAYS}`));
      }
      expect((await restricted.get('/ready')).status).toBe(200);
      expect((await restricted.get('/health')).status).toBe(200);
    } finally {
      await restricted.stop();
      await admin.query(`DROP OWNED BY ${role}`);
      await admin.query(`DROP ROLE ${role}`);
      await admin.end();
    }
  });
});
