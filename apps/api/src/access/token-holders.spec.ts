import { EVERYTHING } from './access-scope.js';
import { makeToken } from './new-token.js';
import { TokenHolders } from './token-holders.js';

const admin = makeToken('admin', []);
const prod = makeToken('prod-team', ['staging', 'prod']);
const sha256 = ({ entry }: typeof admin) => entry.hash.replace('sha256:', '');
const holders = new TokenHolders([
  { name: 'admin', sha256: sha256(admin), hubs: undefined, cluster: undefined, shared: true },
  { name: 'prod-team', sha256: sha256(prod), hubs: ['staging', 'prod'], cluster: 'earth', shared: false },
]);

describe('a token', () => {
  it('begins with its name and holds 256 random bits', () => {
    expect(prod.token).toMatch(/^prod-team\.[\w-]{43}$/);
    expect(makeToken('admin', []).token).not.toBe(admin.token);
    expect(admin.entry).toEqual({ name: 'admin', hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), scope: 'all' });
    expect(prod.entry.scope).toEqual(['staging', 'prod']);
  });

  it('opens what its entry says', () => {
    expect(holders.scopeOf(admin.token)).toBe(EVERYTHING);
    expect(holders.scopeOf(prod.token)).toEqual({
      key: '["earth",false,"prod","staging"]',
      cluster: 'earth',
      hubs: ['prod', 'staging'],
      withoutShared: true,
    });
  });

  it.each([
    ['one digit off', `${admin.token.slice(0, -1)}${admin.token.endsWith('A') ? 'B' : 'A'}`],
    ['cut', admin.token.slice(0, -1)],
    ['with another name before its secret', prod.token.replace('prod-team', 'admin')],
    ['that is the stored hash', sha256(admin)],
    ['that is empty', ''],
  ])('%s opens nothing', (_, token) => expect(holders.scopeOf(token)).toBeUndefined());

  it('claims to be the one that it begins with, if there is such a one', () => {
    expect(holders.claimedName('prod-team.wrong')).toBe('prod-team');
    expect(holders.claimedName('stranger.wrong')).toBeUndefined();
    expect(holders.claimedName('wrong')).toBeUndefined();
  });
});
