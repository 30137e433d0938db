import { DEFAULT_ATTRIBUTION, type UserLabels } from '#libs/domain';
import { convertCoverage, convertMemberships, convertUsage, convertUserLabels } from './convert.js';
import { MEASURES } from './measures.js';
import type { Sample } from './prometheus.client.js';

const DAY = '2026-03-02';
const measureOf = (name: string) => MEASURES.find((measure) => measure.name === name)!;
const [MEMORY, HOMES] = [measureOf('memory_requested'), measureOf('home_stored')];
const convertCompute = (day: string, samples: Sample[], attribution: typeof ATTRIBUTION) =>
  convertUsage(MEMORY, samples, { day, attribution, labels: [] });
const convertHomeStorage = (day: string, samples: Sample[], labels: UserLabels[], attribution: typeof ATTRIBUTION) =>
  convertUsage(HOMES, samples, { day, attribution, labels });
const ATTRIBUTION = { ...DEFAULT_ATTRIBUTION, namespaceHubs: { 'prod-hub': 'prod' } };

const pods = (namespace: string, user: string, value: number): Sample => ({
  labels: { namespace, annotation_hub_jupyter_org_username: user },
  value,
});
const directory = (namespace: string, name: string, value: number): Sample => ({
  labels: { namespace, directory: name },
  value,
});
const member = (namespace: string, username: string, usergroup: string, more: Record<string, string> = {}): Sample => ({
  labels: { namespace, username, usergroup, ...more },
  value: 1,
});

describe('usage out of samples', () => {
  it('has one row per hub and person, sorted, with namespaces of one hub added up', () => {
    const samples = [
      pods('staging', 'bob', 5),
      pods('prod-hub', 'bob', 2),
      pods('prod', 'bob', 3),
      pods('prod', 'Al', 1),
    ];
    expect(convertCompute(DAY, samples, ATTRIBUTION)).toEqual([
      { hub: 'prod', username: 'Al', measure: 'memory_requested', instanceType: '', quantity: 1_000n },
      { hub: 'prod', username: 'bob', measure: 'memory_requested', instanceType: '', quantity: 5_000n },
      { hub: 'staging', username: 'bob', measure: 'memory_requested', instanceType: '', quantity: 5_000n },
    ]);
  });

  it('leaves out what is nothing, and rounds to whole byte-seconds', () => {
    const samples = [pods('prod', 'none', 0), pods('prod', 'half', 0.5), pods('prod', 'little', 0.4)];
    expect(convertCompute(DAY, samples, ATTRIBUTION)).toEqual([
      { hub: 'prod', username: 'half', measure: 'memory_requested', instanceType: '', quantity: 1_000n },
    ]);
  });

  it('is as exact as the server, far above the integers of a double', () => {
    // 40 TiB for a day: 40 × 2^40 × 86,400.
    const [row] = convertCompute(DAY, [pods('prod', 'big', 40 * 2 ** 40 * 86_400)], ATTRIBUTION);
    expect(row!.quantity).toBe(40n * 2n ** 40n * 86_400n * 1000n);
  });

  it('keeps names that could be mistaken for a border between hub and name apart', () => {
    expect(convertCompute(DAY, [pods('a', 'b","c', 1), pods('a","b', 'c', 1)], ATTRIBUTION)).toHaveLength(2);
  });

  it('adds up the directories of one person, by the labels of their own namespace', () => {
    const labels = convertUserLabels(DAY, [
      member('prod', 'jane.doe', 'geo', { username_escaped: 'jane-2edoe', username_safe: 'jane-doe---3f2a1b4c' }),
    ]);
    const samples = [
      directory('prod', 'jane-2edoe', 1),
      directory('prod', 'jane-doe---3f2a1b4c', 2),
      directory('staging', 'jane-doe---3f2a1b4c', 4),
    ];
    expect(convertHomeStorage(DAY, samples, labels, ATTRIBUTION)).toEqual([
      { hub: 'prod', username: 'jane.doe', measure: 'home_stored', instanceType: '', quantity: 3_000n },
      { hub: 'staging', username: 'jane-doe---3f2a1b4c', measure: 'home_stored', instanceType: '', quantity: 4_000n },
    ]);
  });
});

describe('a reading that cannot be is refused, with its dataset and day and what to check', () => {
  it.each([
    ['compute', () => convertCompute(DAY, [pods('prod', 'a', 1), pods('prod', '', 1)], ATTRIBUTION)],
    ['home storage', () => convertHomeStorage(DAY, [directory('prod', '', 1)], [], ATTRIBUTION)],
  ])('%s of nobody', (dataset, convert) => {
    expect(convert).toThrow(`${dataset} of 2026-03-02: a series of namespace "prod" names no user; check the labels`);
  });

  it('usage of no namespace, which no hub can bear', () => {
    expect(() => convertCompute(DAY, [pods('', 'a', 1)], ATTRIBUTION)).toThrow('a series has no namespace');
  });

  it('more samples than a day has; a hundredth too many is the whole day', () => {
    expect(convertCoverage(DAY, 'compute', 0.25)).toBe(0.25);
    expect(convertCoverage(DAY, 'compute', 1)).toBe(1);
    expect(convertCoverage(DAY, 'compute', 1.01)).toBe(1);
    expect(() => convertCoverage(DAY, 'compute', 1.0101)).toThrow(
      'compute of 2026-03-02: samples cover 1.0101 of the day, more than all of it; ' +
        'check whether Prometheus reports the same series twice',
    );
  });
});

describe('memberships out of samples', () => {
  const rowsOf = (...samples: Sample[]) =>
    convertMemberships(convertUserLabels(DAY, samples), samples, ATTRIBUTION).map(({ hub, username, usergroup }) => [
      hub,
      username,
      usergroup,
    ]);

  it('have a row per group, without the mark for several groups', () => {
    expect(rowsOf(member('prod', 'a', 'multiple'), member('prod', 'a', 'z'), member('prod', 'a', 'b'))).toEqual([
      ['prod', 'a', 'b'],
      ['prod', 'a', 'z'],
    ]);
  });

  it('have one row without a group for a person in none', () => {
    expect(rowsOf(member('prod', 'a', 'none'))).toEqual([['prod', 'a', null]]);
  });

  it('let a group that was joined during the day win over none', () => {
    expect(rowsOf(member('prod', 'a', 'none'), member('prod', 'a', 'geo'))).toEqual([['prod', 'a', 'geo']]);
  });

  it('put a person of whom only "several groups" is known into group multiple, which is not "in no group"', () => {
    expect(rowsOf(member('prod', 'a', 'multiple'))).toEqual([['prod', 'a', 'multiple']]);
  });

  it('do not repeat a group that two namespaces of one hub report', () => {
    expect(rowsOf(member('prod', 'a', 'geo'), member('prod-hub', 'a', 'geo'), member('staging', 'a', 'geo'))).toEqual([
      ['prod', 'a', 'geo'],
      ['staging', 'a', 'geo'],
    ]);
  });

  it('of nobody cannot be', () => {
    expect(() => rowsOf(member('prod', 'a', 'geo'), member('prod', '', 'geo'))).toThrow(
      'memberships of 2026-03-02: a series of namespace "prod" names no user; check the labels',
    );
  });

  it.each([
    ['a', 'g'.repeat(256)],
    ['u'.repeat(256), 'geo'],
    ['a\0b', 'geo'],
  ])('of names that no table takes cannot be', (username, group) => {
    expect(() => rowsOf(member('prod', username, group))).toThrow(
      'memberships of 2026-03-02: a series of namespace "prod" has a name of more than 255 characters, or with the character NUL; check',
    );
  });

  it('escape the name where the exporter is too old to', () => {
    const samples = [member('prod', 'a.b', 'geo'), member('prod', 'c', 'geo', { username_escaped: 'given' })];
    expect(
      convertMemberships(convertUserLabels(DAY, samples), samples, ATTRIBUTION).map(
        ({ usernameEscaped }) => usernameEscaped,
      ),
    ).toEqual(['a-2eb', 'given']);
  });
});
