import type { CostPlace } from '#libs/database';
import { DEFAULT_ATTRIBUTION, type AttributionConfig, type DayCosts } from '#libs/domain';
import { findLostTags, LostTagsError } from './lost-tags.js';

const COMPUTE = 'Amazon Elastic Compute Cloud - Compute';
const EC2_OTHER = 'EC2 - Other';
const EFS = 'Amazon Elastic File System';
type Line = readonly [hub: string, service: string, component: string];

/** A day of a tagged cluster: a hub's nodes and homes, and the core node with its disk. */
const TAGGED: readonly Line[] = [
  ['prod', COMPUTE, 'compute'],
  ['prod', EC2_OTHER, 'home storage'],
  ['support', COMPUTE, 'core'],
  ['support', EC2_OTHER, 'core'],
];
const without = (lost: (line: Line) => boolean, becomes: (line: Line) => Line): Line[] =>
  TAGGED.map((line) => (lost(line) ? becomes(line) : line));

const stored = (day: string, lines: readonly Line[] = TAGGED): CostPlace[] =>
  lines.map(([hub, service, component]) => ({ day, hub, service, component }));
const answered = (day: string, lines: readonly Line[]): DayCosts => ({
  day,
  accountUsd: 9n,
  attributed: lines.map(([hub, service, component]) => ({ hub, service, component, amountUsd: 1n })),
  estimated: false,
});
const lostOf = (before: CostPlace[], answer: DayCosts[], attribution: AttributionConfig = DEFAULT_ATTRIBUTION) =>
  findLostTags(attribution, before, answer);

describe('tags that have vanished from an answer', () => {
  const day = '2026-11-20';

  it('are none when the answer has what is stored, or other figures of it, or fewer hubs', () => {
    const before = [...stored(day), { day, hub: 'workshop', service: COMPUTE, component: 'compute' }];
    expect(lostOf(before, [answered(day, TAGGED)])).toEqual([]);
  });

  it('are the hub tag when every hub has become support', () => {
    const answer = without(
      ([hub]) => hub === 'prod',
      ([, service, component]) => ['support', service, component],
    );
    expect(lostOf(stored(day), [answered(day, answer)])).toEqual([{ tag: '2i2c:hub-name', days: [day] }]);
  });

  it('are the tag of home volumes when these have become compute, although EFS still is home storage', () => {
    const answer = without(
      ([, , component]) => component === 'home storage',
      ([hub, service]) => [hub, service, 'compute'],
    );
    expect(lostOf(stored(day), [answered(day, [...answer, ['prod', EFS, 'home storage']])])).toEqual([
      { tag: '2i2c:volume-purpose', days: [day] },
    ]);
  });

  it('are the tag of core nodes when these have become compute, although their disks still are core', () => {
    const answer = without(
      ([, service, component]) => service === COMPUTE && component === 'core',
      ([hub, service]) => [hub, service, 'compute'],
    );
    expect(lostOf(stored(day), [answered(day, answer)])).toEqual([{ tag: '2i2c:node-purpose', days: [day] }]);
  });

  it('are looked for on each day that is stored, and on no other', () => {
    const untagged: Line[] = [['support', COMPUTE, 'compute']];
    const answer = ['2026-11-19', day, '2026-11-21'].map((of) => answered(of, untagged));
    const before = [...stored('2026-11-19'), ...stored('2026-11-20', untagged)];
    expect(lostOf(before, answer).map(({ days }) => days)).toEqual([['2026-11-19'], ['2026-11-19'], ['2026-11-19']]);
  });

  it('are not looked for on a day without any cost, which is refused by itself', () => {
    expect(lostOf(stored(day), [answered(day, [])])).toEqual([]);
  });

  it('are not told by a component that the service would have without any tag', () => {
    const serviceComponents = { ...DEFAULT_ATTRIBUTION.serviceComponents, [EC2_OTHER]: 'home storage' };
    const answer = TAGGED.filter(([, , component]) => component !== 'home storage');
    expect(lostOf(stored(day), [answered(day, answer)], { ...DEFAULT_ATTRIBUTION, serviceComponents })).toEqual([]);
  });

  it('are named, with the days and the way to go on', () => {
    const error = new LostTagsError([{ tag: '2i2c:hub-name', days: ['2026-11-19', day] }]);
    expect(error.message).toMatch(
      /^Cost Explorer's answer has no cost with the tag 2i2c:hub-name \(2 days from 2026-11-19 to 2026-11-20\)/,
    );
    expect(error.message).toMatch(/--accept-lost-tags$/);
  });
});
