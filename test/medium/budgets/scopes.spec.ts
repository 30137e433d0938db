import { makeToken } from '../../../apps/api/src/access/new-token.js';
import { BrowserSession } from '../api/browser-session.js';
import { FakeHub, type FakeUser } from '../api/fake-hub.js';
import { RunningApi } from '../api/running-api.js';
import { CLUSTER, openStoredCluster, type StoredCluster } from '../database/stored-cluster.js';
import { addCost, fillCosts, runBudgets, TODAY } from './budget-estate.js';

const BUDGETS = `
budgets:
  - { name: all, per: month, amount: 3000 }
  - { name: prod, hub: prod, per: month, amount: 2000 }
  - { name: prod users, hub: prod, basis: allocated, per: month, amount: 2000 }
  - { name: staging, hub: staging, per: month, amount: 2000 }
  - { name: bio, group: bio, per: month, amount: 1000 }
  - { name: bio on prod, hub: prod, group: bio, per: month, amount: 1000 }
  - { name: ada, hub: prod, user: ada, per: month, amount: 1000 }
  - { name: bob, hub: prod, user: bob, per: month, amount: 1000 }
  - { name: the other ada, hub: staging, user: ada, per: month, amount: 1000 }
`;
const TO = `to=${TODAY}`;

let stored: StoredCluster;
let hub: FakeHub;
let api: RunningApi;
const everything = makeToken('everything', []);
const prod = makeToken('prod', ['prod']);
const tagged = makeToken('tagged', ['prod']);
const TOKENS = [everything, prod, tagged].map((made) => ({
  name: made.entry.name,
  sha256: made.entry.hash.replace('sha256:', ''),
  hubs: made === everything ? undefined : ['prod'],
  cluster: made === everything ? undefined : CLUSTER,
  shared: made !== tagged,
}));

beforeAll(async () => {
  [stored, hub] = await Promise.all([openStoredCluster(), FakeHub.start()]);
  await fillCosts(stored.url);
  await addCost(stored.url, '2026-11-10', 'prod', 'bob', 200);
  await addCost(stored.url, '2026-11-10', 'staging', 'ada', 25);
  await runBudgets(stored, { budgets: BUDGETS });
  api = await RunningApi.start(stored.url, CLUSTER, {
    tokens: TOKENS,
    hubs: [
      {
        hub: 'prod',
        cluster: CLUSTER,
        url: hub.url,
        apiUrl: `${hub.url}/api`,
        clientId: 'service-costs',
        clientSecret: 'secret',
        callbackUrl: 'https://costs.example.org/oauth_callback',
        clusterAdmins: [],
        adminScope: undefined,
      },
    ],
    sessionKeys: [Buffer.alloc(32, 7).toString('base64')],
  });
});

afterAll(async () => {
  await api?.stop();
  await hub?.stop();
  await stored?.end();
});

type Rows = Record<string, unknown>[];
const ask = async ({ token }: { token: string }, path: string) =>
  (await api.get(path, { authorization: `Bearer ${token}` })).json as Rows;

async function logIn(user: FakeUser): Promise<BrowserSession> {
  const browser = new BrowserSession(api.url);
  const { headers } = await browser.send('/login?hub=prod');
  await browser.send(`/oauth_callback?${hub.approve(headers.get('location')!, user)}`);
  return browser;
}

const namesOf = (rows: Rows, key: string) => rows.map((row) => row[key]).sort();

describe('who sees what of budgets', () => {
  it('everything', async () => {
    expect(await ask(everything, `/budgets?${TO}`)).toHaveLength(9);
    expect(namesOf(await ask(everything, `/forecast?${TO}`), 'kind')).toEqual([
      'cluster',
      'component',
      'component',
      'group',
      'group',
      'group',
      'hub',
      'hub',
      'hub',
    ]);
    expect(await ask(everything, `/anomalies?${TO}`)).toHaveLength(4);
  });

  it('a hub’s token: the budgets, forecasts and anomalies of the hub', async () => {
    expect(namesOf(await ask(prod, `/budgets?${TO}`), 'budget')).toEqual([
      'ada',
      'bio on prod',
      'bob',
      'prod',
      'prod users',
    ]);
    expect(namesOf(await ask(prod, `/forecast?${TO}`), 'name')).toEqual(['prod']);
    expect(namesOf(await ask(prod, `/anomalies?${TO}`), 'user')).toEqual(['bob', null]);
    for (const path of ['/budgets', '/forecast', '/anomalies']) {
      expect(await ask(prod, `${path}?${TO}&hub=staging`)).toEqual([]);
      expect(JSON.stringify(await ask(prod, `${path}?${TO}&hub=all`))).not.toMatch(/staging|the other/);
    }
  });

  it('a hub’s token without shared cost: what is of tagged cost', async () => {
    expect(namesOf(await ask(tagged, `/budgets?${TO}`), 'budget')).toEqual(['prod']);
    expect(namesOf(await ask(tagged, `/forecast?${TO}`), 'name')).toEqual(['prod']);
    expect(namesOf(await ask(tagged, `/anomalies?${TO}`), 'component')).toEqual(['compute']);
  });

  it('a person: their own on that hub, whatever they ask for', async () => {
    const ada = await logIn({ name: 'ada' });
    for (const asked of ['', '&user=bob', '&hub=staging', '&usergroup=bio', '&periods=all']) {
      const rows = await ada.json<Rows>(`/budgets?${TO}${asked}`);
      expect(rows.filter(({ budget }) => budget !== 'ada')).toEqual([]);
    }
    expect(namesOf(await ada.json(`/budgets?${TO}`), 'budget')).toEqual(['ada']);
    expect(await ada.json(`/anomalies?${TO}`)).toEqual([]);
    expect((await ada.send(`/forecast?${TO}`)).status).toBe(403);
    const bob = await logIn({ name: 'bob' });
    expect(await bob.json(`/anomalies?${TO}`)).toMatchObject([{ user: 'bob', hub: 'prod', cost: 230 }]);
  });

  it('an admin of the hub: what the hub’s token sees', async () => {
    const admin = await logIn({ name: 'eve', admin: true });
    expect(await admin.json(`/budgets?${TO}`)).toEqual(await ask(prod, `/budgets?${TO}`));
  });

  it('nobody: nothing', async () => {
    for (const path of ['/budgets', '/forecast', '/anomalies']) expect((await api.get(path)).status).toBe(401);
  });

  it('a scrape: ratios of all budgets but those of users', async () => {
    const { text } = await api.get('/metrics', { authorization: `Bearer ${everything.token}` });
    expect(text).not.toMatch(/ada|bob/);
  });

  it('a forgotten person is there under a pseudonym alone', async () => {
    await stored.session.forgetUser({ hub: 'prod', username: 'bob', as: 'somebody' });
    expect(await stored.query(`SELECT username FROM anomalies WHERE hub = 'prod' AND username IS NOT NULL`)).toEqual([
      { username: 'somebody' },
    ]);
    expect(await stored.query(`SELECT username FROM budgets WHERE name = 'bob'`)).toEqual(
      expect.arrayContaining([{ username: 'somebody' }]),
    );
  });
});
