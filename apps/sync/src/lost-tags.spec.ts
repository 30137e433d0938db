import type { CostPlace } from '#libs/database';
import { DEFAULT_ATTRIBUTION, type AttributionConfig, type DayCosts } from '#libs/domain';
import {
  describeAwaitedHubs,
  describeOverdueHubs,
  findLostTags,
  findNewDaysWithoutHubs,
  LostTagsError,
} from './lost-tags.js';

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

describe('new days that have lost their hubs', () => {
  /** What a day of the tagged cluster looks like without the hub tag. */
  const UNTAGGED = TAGGED.map(([, service, component]): Line => ['support', service, component]);
  const [d18, d19, d20, d21, d22] = ['2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22'] as const;
  const untagged = (...days: string[]) => days.map((day) => answered(day, UNTAGGED));

  it('are those without any hub after a stored day with some, however many in a row', () => {
    expect(findNewDaysWithoutHubs(stored(d19), untagged(d20, d21, d22))).toEqual([d20, d21, d22]);
  });

  it('are not those with a single hub, although another one is gone', () => {
    const before = [...stored(d19), { day: d19, hub: 'workshop', service: COMPUTE, component: 'compute' }];
    expect(findNewDaysWithoutHubs(before, [answered(d20, TAGGED)])).toEqual([]);
  });

  it('are not those whose other tags are missing', () => {
    const answer = TAGGED.map(([hub, service]): Line => [hub, service, 'compute']);
    expect(findNewDaysWithoutHubs(stored(d19), [answered(d20, answer)])).toEqual([]);
  });

  it('are not those without any cost', () => {
    expect(findNewDaysWithoutHubs(stored(d19), [answered(d20, [])])).toEqual([]);
  });

  it('are not those that are stored, which have been judged by what is stored of them', () => {
    expect(findNewDaysWithoutHubs([...stored(d19), ...stored(d20, UNTAGGED)], untagged(d20))).toEqual([]);
  });

  it('are none after a day that was stored without hubs: that was accepted', () => {
    const before = [...stored(d18), ...stored(d19, UNTAGGED)];
    expect(findNewDaysWithoutHubs(before, untagged(d20, d21))).toEqual([]);
  });

  it('are judged by the latest stored day before each, in whatever order the stored ones come', () => {
    const before = [...stored(d21), ...stored(d19, UNTAGGED), ...stored(d18)];
    expect(findNewDaysWithoutHubs(before, untagged(d20, d22))).toEqual([d22]);
  });

  it('are not told by a stored day after them: a backfill may go back to before there was a tag', () => {
    expect(findNewDaysWithoutHubs(stored(d21), untagged(d18, d19, d20))).toEqual([]);
  });

  it('are none of a first run', () => {
    expect(findNewDaysWithoutHubs([], [answered(d18, TAGGED), ...untagged(d19)])).toEqual([]);
  });

  it('do not keep a tagged day between them from being stored', () => {
    const answer = [...untagged(d20), answered(d21, TAGGED), ...untagged(d22)];
    expect(findNewDaysWithoutHubs(stored(d19), answer)).toEqual([d20, d22]);
  });

  it('are named with their tag, and where it is overdue with the way to go on', () => {
    expect(describeAwaitedHubs('team', [d21, d22])).toMatch(
      /^the costs of 2 days from 2026-11-21 to 2026-11-22 wait for the tag team:/,
    );
    expect(describeOverdueHubs('team', [d20])).toMatch(
      /^Cost Explorer's answer has no cost with the tag team on new days \(2026-11-20\) .* --accept-lost-tags$/,
    );
  });
});
