import { DEFAULT_ATTRIBUTION } from '#libs/domain';
import { judgeTags, type TagFacts } from './tags.js';

const ALL = [
  'alpha.eksctl.io/cluster-name',
  'kubernetes.io/cluster/earth',
  '2i2c.org/cluster-name',
  '2i2c:hub-name',
  '2i2c:volume-purpose',
  '2i2c:node-purpose',
  'kubernetes.io/created-for/pvc/name',
  'kubernetes.io/created-for/pvc/namespace',
];
const active = (keys: readonly string[]) => keys.map((key) => ({ key, active: true }));
const without = (...keys: string[]) => ALL.filter((key) => !keys.includes(key));

function findings(facts: TagFacts) {
  return new Map(judgeTags(DEFAULT_ATTRIBUTION, 'earth', facts).map((finding) => [finding.check, finding]));
}

/** The findings that are not ok, `status check`. */
function complaints(facts: TagFacts): string[] {
  return [...findings(facts).values()]
    .filter(({ status }) => status !== 'ok')
    .map(({ status, check }) => `${status} ${check}`);
}

describe('the tags that attribution needs', () => {
  it('are fine when costs carry each of them', () => {
    const facts = { allocationTags: active(ALL), keysOnCosts: ALL };
    expect(complaints(facts)).toEqual([]);
    expect([...findings(facts).keys()]).toEqual(ALL.map((key) => `tag ${key}`));
  });

  it('fail when inactive, with the way to activate them', () => {
    const allocationTags = ALL.map((key) => ({ key, active: key !== '2i2c:hub-name' }));
    const facts = { allocationTags, keysOnCosts: without('2i2c:hub-name') };
    expect(complaints(facts)).toEqual(['failure tag 2i2c:hub-name']);
    const { found, remedy } = findings(facts).get('tag 2i2c:hub-name')!;
    expect(found).toBe('inactive: every cost is counted for hub support');
    expect(remedy).toMatch(/payer account.*24 h.*not retroactive unless StartCostAllocationTagBackfill/);
  });

  it('are found under another spelling, also when that one is inactive', () => {
    const misspelt = '2i2c.org/node-purpose';
    for (const isActive of [true, false]) {
      const allocationTags = [...active(without('2i2c:node-purpose')), { key: misspelt, active: isActive }];
      const facts = { allocationTags, keysOnCosts: without('2i2c:node-purpose') };
      expect(complaints(facts)).toEqual(['failure tag 2i2c:node-purpose']);
      const { found, remedy } = findings(facts).get('tag 2i2c:node-purpose')!;
      expect(found).toContain(isActive ? `but ${misspelt}:` : `but the inactive ${misspelt}:`);
      expect(remedy).toContain(`name ${misspelt} as core.nodeTag.key in ATTRIBUTION_FILE`);
      expect(remedy.includes('activate it')).toBe(!isActive);
    }
  });

  it('may be unknown where not every deployment has them; the hub tag may not', () => {
    const keys = without('2i2c:hub-name', '2i2c:volume-purpose');
    expect(complaints({ allocationTags: active(keys), keysOnCosts: keys })).toEqual([
      'failure tag 2i2c:hub-name',
      'warning tag 2i2c:volume-purpose',
    ]);
  });

  it('of the cluster are enough when one is on costs', () => {
    const keys = without('alpha.eksctl.io/cluster-name', '2i2c.org/cluster-name');
    expect(complaints({ allocationTags: active(keys), keysOnCosts: keys })).toEqual([]);
  });

  it('of the cluster fail when none is on costs, and are a warning when one that is inactive adds to others', () => {
    const cluster = ALL.slice(0, 3);
    const none = without(...cluster);
    expect(complaints({ allocationTags: active(none), keysOnCosts: none })).toEqual(
      cluster.map((key) => `failure tag ${key}`),
    );
    const allocationTags = ALL.map((key) => ({ key, active: key !== cluster[0] }));
    expect(complaints({ allocationTags, keysOnCosts: without(cluster[0]!) })).toEqual([`warning tag ${cluster[0]}`]);
  });

  it('are a warning when they are active and no cost carries them', () => {
    const facts = { allocationTags: active(ALL), keysOnCosts: without('2i2c:node-purpose') };
    expect(complaints(facts)).toEqual(['warning tag 2i2c:node-purpose']);
  });

  it('are judged by costs alone where AWS lists none, as in a member account', () => {
    const keysOnCosts = [...without('2i2c:node-purpose', '2i2c:hub-name'), '2i2c.org/node-purpose'];
    expect(complaints({ allocationTags: undefined, keysOnCosts })).toEqual([
      'failure tag 2i2c:hub-name',
      'failure tag 2i2c:node-purpose',
    ]);
  });

  it('are judged by their status alone where costs could not be asked', () => {
    expect(complaints({ allocationTags: active(without('2i2c:hub-name')), keysOnCosts: undefined })).toContain(
      'failure tag 2i2c:hub-name',
    );
  });

  it('are not judged when AWS says nothing at all', () => {
    const statuses = judgeTags(DEFAULT_ATTRIBUTION, 'earth', { allocationTags: undefined, keysOnCosts: undefined });
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set(['skipped']));
  });
});
