import { areNearSpellings } from './near-spelling.js';

describe('near spellings', () => {
  it.each([
    ['2i2c:node-purpose', '2i2c.org/node-purpose'],
    ['2i2c:hub-name', '2i2c:Hub-Name'],
    ['2i2c:hub-name', '2i2c/hub_name'],
    ['2i2c:volume-purpose', '2i2c:volume-purpos'],
    ['2i2c:volume-purpose', '2i2c:voulme-purpose'],
    ['2i2c:node-purpose', '2i2c:node-purpoze'],
  ])('%s and %s', (one, other) => {
    expect(areNearSpellings(one, other)).toBe(true);
    expect(areNearSpellings(other, one)).toBe(true);
  });

  it.each([
    ['2i2c:node-purpose', '2i2c:volume-purpose'],
    ['2i2c.org/cluster-name', 'alpha.eksctl.io/cluster-name'],
    ['kubernetes.io/cluster/hub-1', 'kubernetes.io/cluster/hub-2'],
    ['kubernetes.io/cluster/cluster1', 'kubernetes.io/cluster/cluster2'],
    ['kubernetes.io/created-for/pvc/name', 'kubernetes.io/created-for/pv/name'],
    ['kubernetes.io/created-for/pvc/name', 'kubernetes.io/created-for/pvc/namespace'],
    ['hub', 'hub-name'],
    ['2i2c:hub-name', '2i2c:hub-name'],
  ])('not %s and %s', (one, other) => {
    expect(areNearSpellings(one, other)).toBe(false);
    expect(areNearSpellings(other, one)).toBe(false);
  });
});
