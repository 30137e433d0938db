import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseApiConfig } from './api-config.js';
import { readApiTokensFile } from './api-tokens-file.js';

const HASH = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);

describe('the file of tokens', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tokens-'));
    path = join(folder, 'tokens.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (content: unknown) =>
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  const read = (content: unknown, cluster?: string) => {
    write(content);
    return readApiTokensFile(path, cluster);
  };
  const faultsOf = (content: unknown, cluster?: string) => {
    const result = read(content, cluster);
    return 'faults' in result ? result.faults : [];
  };
  const all = { name: 'everything', hash: `sha256:${HASH}`, scope: 'all' };
  const prod = { name: 'prod-team', hash: `sha256:${OTHER}`, scope: ['staging', 'prod', 'prod'] };

  it('lets its holders see everything, or some hubs of a cluster', () => {
    expect(read([all, prod], 'earth')).toEqual({
      tokens: [
        { name: 'everything', sha256: HASH, hubs: undefined, cluster: undefined, shared: true },
        { name: 'prod-team', sha256: OTHER, hubs: ['prod', 'staging'], cluster: 'earth', shared: true },
      ],
    });
    expect(read([{ ...prod, cluster: 'mars' }], 'earth')).toMatchObject({ tokens: [{ cluster: 'mars' }] });
    expect(read([{ ...prod, shared: false }], 'earth')).toMatchObject({ tokens: [{ shared: false }] });
  });

  it.each([
    ['{', 'is not JSON'],
    [{}, 'must be a JSON array of at least one token'],
    [[], 'must be a JSON array of at least one token'],
  ])('%j %s', (content, fault) => expect(faultsOf(content)).toEqual([fault]));

  it('must be there', () => {
    expect(readApiTokensFile(path, undefined)).toEqual({ faults: ['cannot be read: ENOENT'] });
  });

  it.each([0o666, 0o664, 0o646, 0o622])('must be for its owner alone to write: %i', (mode) => {
    write([all]);
    chmodSync(path, mode);
    expect(readApiTokensFile(path, undefined)).toEqual({
      faults: ['others than its owner may write the file: chmod go-w'],
    });
  });

  it.each([0o644, 0o440, 0o400, 0o755])('may be read by others: %i', (mode) => {
    write([all]);
    chmodSync(path, mode);
    expect(readApiTokensFile(path, undefined)).toHaveProperty('tokens');
  });

  it('that is named by nothing is a fault, not an open API', () => {
    expect(() => parseApiConfig({ DATABASE_URL: 'postgres://db/costs', API_TOKENS_FILE: '' })).toThrow(
      /^  - API_TOKENS_FILE: is empty: name the file, or unset the variable/m,
    );
    expect(parseApiConfig({ DATABASE_URL: 'postgres://db/costs' }).tokens).toBeUndefined();
  });

  it('must say of which cluster a hub is, and only of hubs', () => {
    expect(faultsOf([prod])).toEqual(['entry 1 (prod-team): cluster: is required, since CLUSTER_NAME is not set']);
    expect(faultsOf([{ ...all, cluster: 'earth' }])).toEqual([
      'entry 1 (everything): cluster: goes with a list of hubs, and not with "all"',
    ]);
    expect(faultsOf([{ ...all, shared: false }])).toEqual([
      'entry 1 (everything): shared: goes with a list of hubs, and not with "all"',
    ]);
    expect(faultsOf([{ ...prod, shared: 'no' }], 'earth')).toEqual([
      'entry 1 (prod-team): shared: must be true or false',
    ]);
  });

  it('gives all its faults at once, each with its entry', () => {
    expect(
      faultsOf(
        [
          { ...all, scope: [] },
          { ...all, scope: 'prod', hash: HASH },
          'x',
          { hash: all.hash },
          { ...prod, user: 'x' },
          all,
          { ...all, name: 'again' },
          { ...prod, name: 'everything' },
        ],
        'earth',
      ),
    ).toEqual([
      'entry 1 (everything): scope: must be "all", or a list of hubs such as ["prod"]',
      'entry 2 (everything): hash: must be "sha256:" and 64 hexadecimal digits',
      'entry 2 (everything): scope: must be "all", or a list of hubs such as ["prod"]',
      'entry 3: must be an object with name, hash and scope',
      'entry 4: name: is required',
      'entry 4: scope: must be "all", or a list of hubs such as ["prod"]',
      'entry 5 (prod-team): may hold name, hash, scope, cluster and shared, and nothing else',
      'entry 7 (again): hash: another entry has it',
      'entry 8 (everything): name: another entry has it',
    ]);
  });

  it('repeats nothing that may be secret, wherever it was put', () => {
    const secret = 'prod-team.dGhlIHNlY3JldCBpdHNlbGYgaXMgaGVyZQ';
    const misplaced = [
      { name: secret, hash: secret, scope: secret, cluster: `${secret}!`, [secret]: secret },
      { name: HASH, hash: HASH, scope: [HASH, ''] },
      secret,
      [secret],
    ];
    for (const content of [misplaced, `[${secret}]`, { [secret]: secret }]) {
      write(content);
      let message = '';
      try {
        parseApiConfig({ DATABASE_URL: 'postgres://db/costs', API_TOKENS_FILE: path });
      } catch (error) {
        ({ message } = error as Error);
      }
      expect(message).toMatch(/API_TOKENS_FILE: /);
      expect(message).not.toMatch(/dGhl|abab/);
    }
  });

  it('is reported beside the faults of the other variables', () => {
    write([]);
    expect(() => parseApiConfig({ PORT: 'http', API_TOKENS_FILE: path })).toThrow(
      [
        'the environment is not usable:',
        '  - DATABASE_URL: is required: a URL such as postgres://user:password@host:5432/database',
        '  - PORT: must be a port from 0 to 65535',
        '  - API_TOKENS_FILE: must be a JSON array of at least one token',
      ].join('\n'),
    );
  });
});
