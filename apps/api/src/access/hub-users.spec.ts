import { EVERYTHING, NOTHING } from './access-scope.js';
import { HubRefusal, type HubUser } from './hub-oauth.js';
import { HubUsers } from './hub-users.js';

const MINUTE = 60_000;
const HUB = {
  hub: 'prod',
  cluster: 'alpha',
  url: 'https://hub.example.org/hub',
  apiUrl: 'https://hub.example.org/hub/api',
  clientId: 'service-costs',
  clientSecret: 'secret',
  callbackUrl: 'https://costs.example.org/oauth_callback',
  clusterAdmins: ['ann'],
  adminScope: undefined,
};
const SESSION = { kind: 'hub', hub: 'prod', cluster: 'alpha', token: 't' } as const;

function hubUsers() {
  const hub = { now: 0, asked: 0, respond: (): HubUser => ({ name: 'alice', scopes: [] }) };
  const fetchUser = () => {
    hub.asked += 1;
    return Promise.resolve().then(hub.respond);
  };
  return { hub, users: new HubUsers([HUB], fetchUser, () => hub.now) };
}

it('asks a Hub every five minutes, once for all requests of that moment', async () => {
  const { hub, users } = hubUsers();
  await Promise.all([users.scopeOf(SESSION), users.scopeOf(SESSION)]);
  hub.now = 5 * MINUTE - 1;
  expect(users.scopeOf(SESSION)).toMatchObject({ hubs: ['prod'], user: 'alice' });
  expect(hub.asked).toBe(1);
  hub.now = 5 * MINUTE;
  await users.scopeOf(SESSION);
  expect(hub.asked).toBe(2);
});

it('ends the access of who is removed', async () => {
  const { hub, users } = hubUsers();
  await users.scopeOf(SESSION);
  hub.respond = () => {
    throw new HubRefusal('the Hub responded 403');
  };
  hub.now = 5 * MINUTE;
  expect(await users.scopeOf(SESSION)).toBe(NOTHING);
});

it('trusts what it knows for ten minutes while the Hub does not answer, and asks it every ten seconds at most', async () => {
  const { hub, users } = hubUsers();
  await users.scopeOf(SESSION);
  hub.respond = () => {
    throw new Error('away');
  };
  hub.now = 5 * MINUTE;
  expect(await users.scopeOf(SESSION)).toMatchObject({ user: 'alice' });
  hub.now += 9_000;
  expect(users.scopeOf(SESSION)).toMatchObject({ user: 'alice' });
  expect(hub.asked).toBe(2);
  hub.now = 10 * MINUTE - 1;
  expect(await users.scopeOf(SESSION)).toMatchObject({ user: 'alice' });
  hub.now = 10 * MINUTE;
  expect(await users.scopeOf(SESSION)).toBe(NOTHING);
});

it('sees who becomes an admin, and who is one of the cluster', async () => {
  const { hub, users } = hubUsers();
  hub.respond = () => ({ name: 'alice', admin: true, scopes: [] });
  expect(await users.scopeOf(SESSION)).toMatchObject({ hubs: ['prod'], user: undefined });
  hub.respond = () => ({ name: 'ann', scopes: [] });
  hub.now = 5 * MINUTE;
  expect(await users.scopeOf(SESSION)).toBe(EVERYTHING);
});

it('knows no Hub that the file does not name', () => {
  const { users } = hubUsers();
  expect(users.scopeOf({ ...SESSION, hub: 'other' })).toBe(NOTHING);
});
