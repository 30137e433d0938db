import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_ATTRIBUTION } from '#libs/domain';
import { readAttributionFile } from './attribution-file.js';

describe('the attribution file', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'attribution-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const readText = (text: string) => {
    const path = join(folder, 'attribution.json');
    writeFileSync(path, text);
    return readAttributionFile(path);
  };
  const read = (content: unknown) => readText(JSON.stringify(content));

  it('changes nothing when it is absent or empty of parts', () => {
    expect(readAttributionFile(undefined)).toEqual({ attribution: DEFAULT_ATTRIBUTION, policies: {} });
    expect(read({})).toEqual({ attribution: DEFAULT_ATTRIBUTION, policies: {} });
  });

  it('replaces the parts that it names, and adds to the map of services', () => {
    const parts = {
      hubTag: 'jupyterhub',
      clusterTags: [{ key: 'cluster', value: '<cluster>' }],
      namespaceHubs: { 'prod-hub': 'prod' },
    };
    expect(read({ ...parts, serviceComponents: { 'Amazon FSx': 'home storage', 'EC2 - Other': 'disks' } })).toEqual({
      attribution: {
        ...DEFAULT_ATTRIBUTION,
        ...parts,
        serviceComponents: {
          ...DEFAULT_ATTRIBUTION.serviceComponents,
          'Amazon FSx': 'home storage',
          'EC2 - Other': 'disks',
        },
      },
      policies: {},
    });
  });

  it('takes a policy per component, and leaves the attribution as it is: costs are not read again', () => {
    const policies = { core: { proportional: ['compute', 'home storage'] }, backup: 'even', disks: 'none' };
    const disks = { 'Amazon FSx': 'disks' };
    expect(read({ policies, serviceComponents: disks })).toMatchObject({ policies });
    expect(read({ policies: { backup: 'even' } })).toEqual({
      attribution: DEFAULT_ATTRIBUTION,
      policies: { backup: 'even' },
    });
  });

  it('says in words what a value must be', () => {
    expect(
      read({ hubTag: '', namespaceHubs: { prod: 1 }, clusterTags: {}, homeStorage: { tag: { key: 'x' } } }),
    ).toEqual({
      faults: [
        'clusterTags: must be a list in […]',
        'hubTag: must not be empty',
        'homeStorage.tag.value: is required: a text in quotes',
        'homeStorage.service: is required: a text in quotes',
        'namespaceHubs.prod: must be a text in quotes',
      ],
    });
  });

  it('refuses policies that wait for each other, for themselves, or for a component that no cost has', () => {
    const by = (...proportional: string[]) => ({ proportional });
    const faults = (policies: unknown) => (read({ policies }) as { faults: string[] }).faults;
    expect(faults({ core: by('backup'), backup: by('compute', 'core'), networking: by('core') })).toEqual([
      'policies: core by backup by core: these components wait for each other',
    ]);
    expect(faults({ core: by('core') })).toEqual(['policies: core by core: these components wait for each other']);
    const known = 'backup, compute, core, home storage, networking, object storage, other';
    expect(faults({ core: by('computes') })).toEqual([
      `policies.core: "computes" is no component; these are: ${known}`,
    ]);
    expect(faults({ Core: 'even' })).toEqual([`policies.Core: "Core" is no component; these are: ${known}`]);
    expect(faults({ core: 'usage' })).toEqual([
      'policies.core: no usage is measured of it; only of compute and home storage',
    ]);
    expect(faults({ core: by() })).toEqual(['policies.core.proportional: must not be empty']);
    expect(faults({ core: 'evenly' })).toEqual([
      'policies.core: must be "usage", "even", "none" or {"proportional": [components]}',
    ]);
    expect(faults({ core: { ...by('compute'), even: true } })).toEqual([
      'policies.core.even: no such key; allowed are proportional',
    ]);
  });

  it('refuses keys that it does not know, at any depth: a misspelt rule must not be silently ignored', () => {
    expect(read({ hubtag: 'x', homeStorage: { ...DEFAULT_ATTRIBUTION.homeStorage, tags: [] } })).toEqual({
      faults: [
        'homeStorage.tags: no such key; allowed are tag, service',
        expect.stringMatching(
          /^hubtag: no such key \(is hubTag meant\?\); allowed are linkedAccounts, clusterTags, hubTag, .*namespaceHubs/,
        ),
      ],
    });
  });

  it('names the keys of a rule within a list', () => {
    expect(read({ clusterTags: [{ key: 'a', value: 'b', name: 'c' }] })).toEqual({
      faults: ['clusterTags.0.name: no such key; allowed are key, value'],
    });
  });

  it('takes linked accounts by their 12 digits', () => {
    expect(read({ linkedAccounts: ['111122223333'] })).toMatchObject({
      attribution: { linkedAccounts: ['111122223333'] },
    });
    expect(read({ linkedAccounts: ['prod'] })).toEqual({
      faults: ['linkedAccounts.0: must be the 12 digits of an AWS account'],
    });
  });

  it('names every fault with its place', () => {
    const result = read({
      hubTag: 7,
      clusterTags: [],
      core: { ...DEFAULT_ATTRIBUTION.core, volumeTags: [{ key: '' }] },
    });
    const places = 'faults' in result && result.faults.map((fault) => fault.split(':')[0]);
    expect(places).toEqual(['clusterTags', 'hubTag', 'core.volumeTags.0.key', 'core.volumeTags.0.value']);
  });

  it.each(['[]', 'null', '"text"', '7'])('refuses %s', (text) => expect(readText(text)).toHaveProperty('faults'));

  it('says that it is missing, or where it stops being JSON, without repeating what it holds', () => {
    const missing = readAttributionFile(join(folder, 'none.json'));
    expect('faults' in missing && missing.faults[0]).toMatch(/^cannot be read: ENOENT/);
    const broken = readText('{"hubTag": hunter2}');
    expect('faults' in broken && broken.faults).toHaveLength(1);
    expect('faults' in broken && broken.faults[0]).toMatch(/^is not JSON/);
    expect(JSON.stringify(broken)).not.toContain('hunter2');
  });
});
