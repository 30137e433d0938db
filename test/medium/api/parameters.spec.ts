import { makeToken } from '../../../apps/api/src/access/new-token.js';
import { databaseOfFile, execute, type TestDatabase } from '../../support/database.js';
import { fillDerived } from '../../support/fill-derived.js';
import { fillEstate } from './estate.js';
import { RunningApi } from './running-api.js';

const DAYS = 'from=2025-03-01&to=2025-03-02';
const HYDRO = 'CN=hydro,OU=hubs,DC=example,DC=org';
const OCEAN = 'ocean, physics';

const prod = makeToken('prod', ['prod']);

let database: TestDatabase;
let api: RunningApi;
let guarded: RunningApi;

beforeAll(async () => {
  database = await databaseOfFile();
  await fillEstate(database.url);
  await execute(
    database.url,
    `INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups) VALUES
       ('alpha', '2025-03-01', 'lab', 'Doe, John', 'compute', 3, 0, '{?}'),
       ('alpha', '2025-03-01', 'lab', '{odd}', 'compute', 2, 0, '{?}'),
       ('alpha', '2025-03-01', 'lab', 'Doe', 'compute', 1, 0, '{?}');
     INSERT INTO group_memberships (cluster, day, hub, username, usergroup, username_escaped) VALUES
       ('alpha', '2025-03-01', 'lab', 'Doe, John', '${HYDRO}', 'x'),
       ('alpha', '2025-03-01', 'lab', '{odd}', '${OCEAN}', 'y'),
       ('alpha', '2025-03-01', 'lab', 'Doe', 'research', 'z')`,
  );
  await fillDerived(database.url);
  api = await RunningApi.start(database.url, 'alpha');
  const sha256 = prod.entry.hash.replace('sha256:', '');
  guarded = await RunningApi.start(database.url, 'alpha', {
    tokens: [{ name: 'prod', sha256, hubs: ['prod'], cluster: 'alpha', shared: true }],
  });
});

describe('a parameter that the endpoint does not know', () => {
  it.each([
    ['/total_costs?user=alice', 'user'],
    ['/total_costs_per_hub?granularity=month', 'granularity'],
    ['/allocation?window=7d&Hub=prod', 'Hub'],
    ['/total_costs_per_group?limit=3', 'limit'],
    ['/costs_per_user?hub[]=prod', 'hub[]'],
    ['/total_costs_per_component?hubs=prod&from=2025-03-01', 'hubs'],
    ['/total_usage?precision=exact', 'precision'],
    ['/hub_names?hub=prod', 'hub'],
    ['/users_with_no_groups?hub=prod', 'hub'],
    ['/component-names?hub=prod', 'hub'],
  ])('%s: 400 that names %s and those that it knows', async (path, parameter) => {
    const { status, json } = await api.get(path);
    const { parameters } = (await api.get('/openapi.json')).json.paths[path.split('?')[0]!].get;
    const known = (parameters as { name: string }[]).map(({ name }) => name).toSorted();
    expect({ status, json }).toEqual({
      status: 400,
      json: {
        statusCode: 400,
        message: `${parameter}: is no parameter of this endpoint; it knows ${known.join(', ')}`,
        error: 'Bad Request',
      },
    });
  });

  it('is named only where its name is a plain word', async () => {
    const { status, json } = await api.get('/hub_names?%3Cscript%3E=1&__proto__=2');
    expect([status, json.message]).toEqual([
      400,
      expect.stringMatching(/^another name(, __proto__)?: is no parameter/),
    ]);
  });

  it('is none of those that the dashboards of 2i2c send', async () => {
    const range = 'from=2025-03-01T00:00:00.000Z&to=2025-03-02T23:59:59.999Z';
    for (const path of [
      `/hub-names?${range}`,
      `/component-names?${range}`,
      `/total-costs?${range}`,
      `/total-costs-per-hub?${range}`,
      `/total-costs-per-component?${range}&component=home%20storage&hub={prod,staging}`,
      `/total-costs-per-group?${range}`,
      '/users-with-multiple-groups',
      '/users-with-no-groups',
      `/costs-per-user?${range}&hub=prod&component=all&usergroup={research,none}`,
      `/costs-per-user?${range}&hub=All&component=all&limit=`,
    ]) {
      expect([path, (await api.get(path)).status]).toEqual([path, 200]);
    }
  });
});

describe('filters', () => {
  it('are the same on every cost endpoint', async () => {
    // 2025-03-01: prod's compute 30.0049999999, its home storage 4.5; bob's compute 15.0016666666.
    const day = 'from=2025-03-01&to=2025-03-01';
    expect(await api.rows(`/total_costs?${day}&hub=prod`)).toEqual([
      { date: '2025-03-01', cost: '34.50', name: 'attributable' },
    ]);
    expect(await api.rows(`/total_costs?${day}&hub=prod&component=compute`)).toEqual([
      { date: '2025-03-01', cost: '30.00', name: 'attributable' },
    ]);
    expect(await api.rows(`/total_costs?${day}&hub=nowhere`)).toEqual([]);
    expect(await api.rows(`/total_costs_per_hub?${day}&component=home%20storage`)).toEqual([
      { date: '2025-03-01', cost: '4.50', name: 'prod' },
    ]);
    // alice 30.0033333333 and bob 15.0016666666.
    expect(await api.rows(`/total_costs_per_hub?${day}&hub=prod&component=compute&shared=usage`)).toEqual([
      { date: '2025-03-01', cost: '45.00', name: 'prod' },
    ]);
    expect(await api.rows(`/total_costs_per_group?${day}&user=bob&component=compute`)).toEqual([
      { date: '2025-03-01', usergroup: 'research', cost: 15 },
      { date: '2025-03-01', usergroup: 'teaching', cost: 15 },
    ]);
  });

  const usersOf = async (query: string) =>
    (await api.rows<{ user: string }>(`/costs_per_user?${DAYS}&hub=lab&${query}`)).map(({ user }) => user);

  it.each([
    ['user=Doe,%20John', ['Doe, John']],
    ['user=Doe', ['Doe']],
    ['user=Doe&user=Doe,%20John', ['Doe, John', 'Doe']],
    ['user={Doe,Doe,%20John}', ['Doe, John', 'Doe']],
    ['user={odd}', ['{odd}']],
    ['user={{odd},Doe}', ['{odd}', 'Doe']],
    ['user=Doe,alice', ['Doe']],
    [`usergroup=${encodeURIComponent(HYDRO)}`, ['Doe, John']],
    [`usergroup=${encodeURIComponent(HYDRO)}&usergroup=research`, ['Doe, John', 'Doe']],
    [`usergroup=${encodeURIComponent(`{research,${HYDRO}}`)}`, ['Doe, John', 'Doe']],
    [`usergroup=${encodeURIComponent(`{${OCEAN},research}`)}`, ['{odd}', 'Doe']],
    [`usergroup=${encodeURIComponent(OCEAN)}`, ['{odd}']],
    ['usergroup={research,none}', ['Doe']],
  ])('%s takes known names whole', async (query, users) => {
    expect(await usersOf(query)).toEqual(users);
  });

  it('take known names whole in every endpoint', async () => {
    const group = encodeURIComponent(HYDRO);
    expect(await api.rows(`/total_costs_per_group?${DAYS}&usergroup=${group}`)).toEqual([
      { date: '2025-03-01', usergroup: HYDRO, cost: 3 },
    ]);
    expect(await api.rows(`/user_groups?${DAYS}&usergroup=${group}`)).toHaveLength(1);
    expect(await api.rows(`/user_groups?${DAYS}&username=Doe,%20John`)).toHaveLength(1);
  });
});

describe('X-Unknown', () => {
  const unknownOf = async (path: string, where = api, headers = {}) => {
    const { status, text, headers: sent } = await where.get(path, headers);
    return [status, text, sent.get('x-unknown')];
  };

  it.each([
    ['/costs_per_user', 'hub=prdo', 'hub=prdo'],
    ['/total_costs_per_hub', 'hub=prdo&hub=prud', 'hub=prdo, hub=prud'],
    ['/total_costs_per_component', 'component=Compute', 'component=Compute'],
    ['/costs_per_user', 'user=mar%C3%ADa', 'user=mar%C3%ADa'],
    ['/costs_per_user', 'hub=prod&user=nobody', 'user=nobody'],
    ['/costs_per_user', 'user=a%00b', 'user=a%00b'],
    ['/total_costs_per_group', 'usergroup=hydor,reserach', 'usergroup=hydor, usergroup=reserach'],
    ['/user_groups', 'username=nobody', 'username=nobody'],
    ['/users_with_no_groups', 'hub_name=prdo', 'hub_name=prdo'],
    ['/total_costs', 'cluster=gamma', 'cluster=gamma'],
    ['/total_usage', 'user=nobody', 'user=nobody'],
  ])('says why there is no row of %s?%s', async (path, query, header) => {
    expect(await unknownOf(`${path}?${DAYS}&${query}`)).toEqual([200, '[]', header]);
    // Again, from memory.
    expect(await unknownOf(`${path}?${DAYS}&${query}`)).toEqual([200, '[]', header]);
  });

  it('is not there where there are rows, or where every name is known', async () => {
    expect((await unknownOf(`/costs_per_user?${DAYS}&hub=prod&hub=prdo`))[2]).toBeNull();
    expect(await unknownOf('/costs_per_user?from=2025-01-01&to=2025-01-02&hub=prod&user=bob')).toEqual([
      200,
      '[]',
      null,
    ]);
    expect(await unknownOf(`/costs_per_user?${DAYS}&hub=staging&user=bob`)).toEqual([200, '[]', null]);
    expect(await unknownOf('/costs_per_user?from=2025-01-01&to=2025-01-02')).toEqual([200, '[]', null]);
  });

  it('is not there for a name with commas that other days know, nor the parts of it', async () => {
    const days = 'from=2025-01-01&to=2025-01-02';
    expect(await unknownOf(`/costs_per_user?${days}&usergroup=${encodeURIComponent(HYDRO)}`)).toEqual([
      200,
      '[]',
      null,
    ]);
    expect(await unknownOf(`/costs_per_user?${days}&usergroup=${encodeURIComponent(HYDRO)},hydor`)).toEqual([
      200,
      '[]',
      'usergroup=hydor',
    ]);
  });

  it('is there in CSV too', async () => {
    const { text, headers } = await api.get(`/total_costs_per_hub?${DAYS}&hub=prdo&format=csv`);
    expect([text, headers.get('x-unknown')]).toEqual(['date,cost,name\r\n', 'hub=prdo']);
  });

  it('does not tell the holder of a token for one hub which others there are', async () => {
    const headers = { authorization: `Bearer ${prod.token}` };
    for (const query of ['hub=staging', 'hub=nowhere', 'user=carol', 'user=nobody', 'cluster=beta', 'cluster=gamma']) {
      expect(await unknownOf(`/costs_per_user?${DAYS}&${query}`, guarded, headers)).toEqual([200, '[]', query]);
    }
    expect(await unknownOf('/costs_per_user?from=2025-01-01&to=2025-01-02&hub=prod', guarded, headers)).toEqual([
      200,
      '[]',
      null,
    ]);
  });

  it('is of a bounded length', async () => {
    const { status, headers } = await api.get(`/costs_per_user?${DAYS}&user=${'%C3%A9'.repeat(5_000)}`);
    expect([status, headers.get('x-unknown')!.length]).toEqual([200, 1000]);
  });
});
