import { DEFAULT_ATTRIBUTION, parseUsd, sumUsd } from '#libs/domain';
import fc from 'fast-check';
import type { AnswerRow, CostAnswer } from './answer.js';
import { convertAnswers, type PartAnswer } from './convert.js';

const day = '2026-03-01';
const window = { from: day, until: '2026-03-02' };
const COMPUTE = 'Amazon Elastic Compute Cloud - Compute';
const OTHER = 'EC2 - Other';

const row = (hub: string, service: string, amount: string): AnswerRow => ({
  keys: [`2i2c:hub-name$${hub}`, service],
  amountUsd: parseUsd(amount),
});
const answer = (rows: readonly AnswerRow[], estimated = false): CostAnswer => new Map([[day, { rows, estimated }]]);
const none = answer([]);
const total = (amount: string) => answer([{ keys: [], amountUsd: parseUsd(amount) }]);

const partsOf = ({ homeStorage = none, core = none, compute = none, neither = none }: Parts): PartAnswer[] => [
  { component: 'home storage', service: undefined, answer: homeStorage },
  { component: 'core', service: undefined, answer: core },
  { component: undefined, service: COMPUTE, answer: compute },
  { component: undefined, service: undefined, answer: neither },
];

interface Parts {
  readonly compute?: CostAnswer;
  readonly homeStorage?: CostAnswer;
  readonly core?: CostAnswer;
  readonly neither?: CostAnswer;
}

function convert(parts: Parts, hubTag?: string) {
  const attribution = hubTag === undefined ? DEFAULT_ATTRIBUTION : { ...DEFAULT_ATTRIBUTION, hubTag };
  return convertAnswers(attribution, window, {
    account: total('61.03'),
    attributable: none,
    parts: partsOf(parts),
  })[0]!;
}

describe('converting answers to the costs of a day', () => {
  it('takes the component from the part, and else from the service', () => {
    const costs = convert({
      homeStorage: answer([row('prod', OTHER, '1')]),
      core: answer([row('', COMPUTE, '4'), row('', OTHER, '8')]),
      neither: answer([
        row('prod', COMPUTE, '16'),
        row('prod', 'Amazon Elastic File System', '32'),
        row('', 'Tape', '64'),
      ]),
    });
    const listed = costs.attributed.map(({ hub, service, component, amountUsd }) => [
      hub,
      service,
      component,
      Number(amountUsd / 10n ** 10n),
    ]);
    expect(listed).toEqual([
      ['prod', COMPUTE, 'compute', 16],
      ['prod', 'Amazon Elastic File System', 'home storage', 32],
      ['prod', OTHER, 'home storage', 1],
      ['support', COMPUTE, 'core', 4],
      ['support', OTHER, 'core', 8],
      ['support', 'Tape', 'other', 64],
    ]);
    expect(costs).toMatchObject({ day, accountUsd: parseUsd('61.03'), estimated: false });
  });

  it('keeps the whole value behind a tag key, however many `$` either of them has', () => {
    expect(convert({ neither: answer([row('a$b', COMPUTE, '1')]) }).attributed[0]?.hub).toBe('a$b');
    const keys = ['our$hub$prod', COMPUTE];
    expect(convert({ neither: answer([{ keys, amountUsd: 1n }]) }, 'our$hub').attributed[0]?.hub).toBe('prod');
  });

  it('refuses rows that are grouped by another tag or lack the service', () => {
    expect(() => convert({ neither: answer([{ keys: ['other-tag$prod', COMPUTE], amountUsd: 1n }]) })).toThrow(
      'is grouped by ["other-tag$prod","Amazon Elastic Compute Cloud - Compute"]',
    );
    expect(() => convert({ core: answer([{ keys: ['2i2c:hub-name$prod'], amountUsd: 1n }]) })).toThrow('is grouped by');
  });

  it('adds up what agrees in hub, service and component: a hub tagged `support` and no tag at all', () => {
    const { attributed } = convert({ neither: answer([row('', COMPUTE, '1.5'), row('support', COMPUTE, '2')]) });
    expect(attributed).toEqual([
      { hub: 'support', service: COMPUTE, component: 'compute', amountUsd: parseUsd('3.5') },
    ]);
  });

  it('leaves out rows of 0, and keeps the smallest and the negative amount', () => {
    const { attributed } = convert({
      neither: answer([row('a', COMPUTE, '0'), row('b', COMPUTE, '0.0000000001'), row('c', COMPUTE, '-3')]),
    });
    expect(attributed.map(({ hub, amountUsd }) => [hub, amountUsd])).toEqual([
      ['b', 1n],
      ['c', parseUsd('-3')],
    ]);
  });

  it('keeps the instance type of compute; what has none is one cost without a type', () => {
    const { attributed } = convert({
      compute: answer([
        row('prod', 'r5.xlarge', '1'),
        row('prod', 'g4dn.xlarge', '2'),
        row('prod', 'NoInstanceType', '4'),
        row('', 'r5.xlarge', '8'),
      ]),
      core: answer([row('', COMPUTE, '16')]),
    });
    const ofCompute = { service: COMPUTE, component: 'compute' };
    expect(attributed).toEqual([
      { hub: 'prod', ...ofCompute, amountUsd: parseUsd('4') },
      { hub: 'prod', ...ofCompute, instanceType: 'g4dn.xlarge', amountUsd: parseUsd('2') },
      { hub: 'prod', ...ofCompute, instanceType: 'r5.xlarge', amountUsd: parseUsd('1') },
      { hub: 'support', ...ofCompute, instanceType: 'r5.xlarge', amountUsd: parseUsd('8') },
      { hub: 'support', service: COMPUTE, component: 'core', amountUsd: parseUsd('16') },
    ]);
  });

  it('has a day without any cost', () => {
    const parts = partsOf({});
    expect(convertAnswers(DEFAULT_ATTRIBUTION, window, { account: none, attributable: none, parts })).toEqual([
      { day, accountUsd: 0n, attributed: [], estimated: false },
    ]);
  });

  it('calls a day estimated when any of the answers does', () => {
    expect(convert({ core: answer([], true) }).estimated).toBe(true);
    expect(convert({ homeStorage: answer([], true) }).estimated).toBe(true);
  });

  it('conserves the sum of all rows, whatever they are', () => {
    const rows = fc.array(
      fc.record({
        hub: fc.constantFrom('', 'support', 'prod', '$'),
        service: fc.constantFrom(OTHER, COMPUTE, 'constructor', 'Tape'),
        amountUsd: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(rows, rows, rows, (homeStorage, core, neither) => {
        const part = (items: typeof homeStorage) =>
          answer(items.map(({ hub, service, amountUsd }) => ({ keys: [`2i2c:hub-name$${hub}`, service], amountUsd })));
        const { attributed } = convert({
          homeStorage: part(homeStorage),
          core: part(core),
          neither: part(neither),
        });
        expect(sumUsd(attributed.map((cost) => cost.amountUsd))).toBe(
          sumUsd([...homeStorage, ...core, ...neither].map((item) => item.amountUsd)),
        );
        const keys = attributed.map(({ hub, service, component }) => JSON.stringify([hub, service, component]));
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });
});
