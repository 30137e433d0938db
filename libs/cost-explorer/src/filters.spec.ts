import type { Expression } from '@aws-sdk/client-cost-explorer';
import { COST_BASES, DEFAULT_ATTRIBUTION, type AttributionConfig } from '#libs/domain';
import fc from 'fast-check';
import { attributable, consumption, core, homeStorage } from './filters.js';
import { PARTS, type CostPart } from './parts.js';
import { planCostRequests } from './requests.js';

const subject = { attribution: DEFAULT_ATTRIBUTION, clusterName: 'hub-cluster' };
const tag = (Key: string, value: string): Expression => ({ Tags: { Key, Values: [value], MatchOptions: ['EQUALS'] } });
const service = (...Values: string[]) => ({ Dimensions: { Key: 'SERVICE', Values, MatchOptions: ['EQUALS'] } });

it('bounds every request to the linked accounts that a payer account names', () => {
  const attribution = { ...DEFAULT_ATTRIBUTION, linkedAccounts: ['111122223333', '444455556666'] };
  const accounts = {
    Dimensions: { Key: 'LINKED_ACCOUNT', Values: ['111122223333', '444455556666'], MatchOptions: ['EQUALS'] },
  };
  const window = { from: '2026-11-01', until: '2026-11-02' };
  const plan = planCostRequests({ ...subject, attribution }, 'amortized', window);
  const requests = [plan.account, plan.attributable, ...plan.parts];
  expect(requests.map(({ input }) => input.Filter?.And?.[1])).toEqual(Array.from({ length: 6 }, () => accounts));
});

describe('the filters of the default attribution', () => {
  const home = { And: [tag('2i2c:volume-purpose', 'home-nfs'), service('EC2 - Other')] };
  const coreCosts = {
    Or: [
      {
        And: [service('EC2 - Other', 'Amazon Elastic Compute Cloud - Compute'), tag('2i2c:node-purpose', 'core')],
      },
      {
        And: [
          service('EC2 - Other'),
          {
            Dimensions: {
              Key: 'USAGE_TYPE_GROUP',
              Values: ['EC2: NAT Gateway - Running Hours', 'EC2: NAT Gateway - Data Processed'],
              MatchOptions: ['EQUALS'],
            },
          },
        ],
      },
      { And: [service('EC2 - Other'), tag('kubernetes.io/created-for/pvc/name', 'hub-db-dir')] },
      { And: [service('EC2 - Other'), tag('kubernetes.io/created-for/pvc/namespace', 'support')] },
    ],
  };

  it('count what reservations and savings plans cover as consumption, only when amortized', () => {
    expect(consumption(DEFAULT_ATTRIBUTION, 'amortized').Dimensions).toEqual({
      Key: 'RECORD_TYPE',
      Values: ['Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'],
      MatchOptions: ['EQUALS'],
    });
    expect(consumption(DEFAULT_ATTRIBUTION, 'unblended').Dimensions?.Values).toEqual(['Usage']);
  });

  it('take discounts for no consumption: gross bases leave them out, net amounts hold them already', () => {
    expect(consumption(DEFAULT_ATTRIBUTION, 'net_amortized')).toEqual(consumption(DEFAULT_ATTRIBUTION, 'amortized'));
    expect(consumption(DEFAULT_ATTRIBUTION, 'net_unblended')).toEqual(consumption(DEFAULT_ATTRIBUTION, 'unblended'));
    const discounts = ['EdpDiscount', 'PrivateRateDiscount', 'BundledDiscount', 'Credit', 'Refund', 'Tax', 'Fee'];
    const taken = COST_BASES.flatMap((basis) => consumption(DEFAULT_ATTRIBUTION, basis).Dimensions!.Values!);
    expect(taken.filter((type) => discounts.includes(type))).toEqual([]);
  });

  it('attribute by three tags that name the cluster, and by no hub tag alone', () => {
    expect(attributable(subject)).toEqual({
      Or: [
        tag('alpha.eksctl.io/cluster-name', 'hub-cluster'),
        tag('kubernetes.io/cluster/hub-cluster', 'owned'),
        tag('2i2c.org/cluster-name', 'hub-cluster'),
      ],
    });
  });

  it('take volumes of one service as home storage', () => expect(homeStorage(subject)).toEqual(home));

  it('take nodes, NAT gateways and the volumes of hub databases and support as core', () =>
    expect(core(subject)).toEqual(coreCosts));

  it('put Not in front of home storage and core, and lay nested Ands flat', () => {
    const { parts } = planCostRequests(subject, 'unblended', { from: '2026-01-01', until: '2026-01-02' });
    const ofCluster = [consumption(DEFAULT_ATTRIBUTION, 'unblended'), attributable(subject)];
    const compute = {
      Dimensions: {
        Key: 'SERVICE',
        Values: ['Amazon Elastic Compute Cloud - Compute'],
        MatchOptions: ['EQUALS'],
      },
    };
    expect(parts.map(({ component, input }) => [component, input.Filter])).toEqual([
      ['home storage', { And: [...ofCluster, ...home.And] }],
      ['core', { And: [...ofCluster, coreCosts, { Not: home }] }],
      [undefined, { And: [...ofCluster, { Not: home }, { Not: coreCosts }, compute] }],
      [undefined, { And: [...ofCluster, { Not: compute }, { Not: home }, { Not: coreCosts }] }],
    ]);
  });

  it('never wrap a single operand, which Cost Explorer refuses', () => {
    const attribution: AttributionConfig = {
      ...DEFAULT_ATTRIBUTION,
      clusterTags: [{ key: 'team', value: '<cluster>' }],
    };
    expect(attributable({ attribution, clusterName: 'c' })).toEqual(tag('team', 'c'));
  });
});

interface LineItem {
  readonly tags: Readonly<Record<string, string | undefined>>;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What Cost Explorer does with a filter, for the operators that the project uses. */
function matches(expression: Expression, item: LineItem): boolean {
  if (expression.And) return expression.And.every((operand) => matches(operand, item));
  if (expression.Or) return expression.Or.some((operand) => matches(operand, item));
  if (expression.Not) return !matches(expression.Not, item);
  const { Tags, Dimensions } = expression;
  const actual = Tags ? item.tags[Tags.Key!] : item.dimensions[Dimensions!.Key!];
  return actual !== undefined && (Tags ?? Dimensions)!.Values!.includes(actual);
}

const oneOf = (...values: (string | undefined)[]) => fc.constantFrom(...values);
const lineItem: fc.Arbitrary<LineItem> = fc.record({
  tags: fc.record({
    'alpha.eksctl.io/cluster-name': oneOf(undefined, 'hub-cluster', 'another'),
    'kubernetes.io/cluster/hub-cluster': oneOf(undefined, 'owned', 'shared'),
    '2i2c.org/cluster-name': oneOf(undefined, 'hub-cluster'),
    '2i2c:volume-purpose': oneOf(undefined, 'home-nfs'),
    '2i2c:node-purpose': oneOf(undefined, 'core', 'user'),
    'kubernetes.io/created-for/pvc/name': oneOf(undefined, 'hub-db-dir', 'claim'),
    'kubernetes.io/created-for/pvc/namespace': oneOf(undefined, 'support', 'prod'),
  }),
  dimensions: fc.record({
    RECORD_TYPE: fc.constantFrom('Usage', 'DiscountedUsage', 'Credit', 'Tax'),
    SERVICE: fc.constantFrom('EC2 - Other', 'Amazon Elastic Compute Cloud - Compute', 'AWS Backup'),
    USAGE_TYPE_GROUP: fc.constantFrom('EC2: NAT Gateway - Running Hours', 'EC2: Running Hours', ''),
  }),
});

const WINDOW = { from: '2026-01-01', until: '2026-01-02' };

/** Names of the parts that take a cost; `other`: the one that takes what is left. */
function partsOf(item: LineItem, parts: readonly CostPart[] = PARTS): string[] {
  const plan = planCostRequests(subject, 'amortized', WINDOW, parts);
  return plan.parts
    .filter(({ input }) => matches(input.Filter!, item))
    .map(({ component, service }) => component ?? (service === undefined ? 'other' : 'compute'));
}

describe('the parts', () => {
  const { attributable: total } = planCostRequests(subject, 'amortized', WINDOW);
  const item = (more: LineItem['tags'], serviceName: string, group = ''): LineItem => ({
    tags: { 'alpha.eksctl.io/cluster-name': 'hub-cluster', ...more },
    dimensions: { RECORD_TYPE: 'Usage', SERVICE: serviceName, USAGE_TYPE_GROUP: group },
  });

  it('take every attributable cost exactly once, and nothing else', () => {
    fc.assert(
      fc.property(lineItem, (line) => {
        expect(partsOf(line)).toHaveLength(matches(total.input.Filter!, line) ? 1 : 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('follow the written rules for home storage and core', () => {
    const home = { '2i2c:volume-purpose': 'home-nfs' };
    const coreNode = { '2i2c:node-purpose': 'core' };
    expect(partsOf(item(home, 'EC2 - Other'))).toEqual(['home storage']);
    expect(partsOf(item({ ...home, ...coreNode }, 'EC2 - Other'))).toEqual(['home storage']);
    expect(partsOf(item(home, 'AWS Backup'))).toEqual(['other']);
    expect(partsOf(item(coreNode, 'Amazon Elastic Compute Cloud - Compute'))).toEqual(['core']);
    expect(partsOf(item(coreNode, 'AWS Backup'))).toEqual(['other']);
    expect(partsOf(item({}, 'EC2 - Other', 'EC2: NAT Gateway - Running Hours'))).toEqual(['core']);
    expect(partsOf(item({}, 'EC2 - Other'))).toEqual(['other']);
    expect(partsOf(item({}, 'Amazon Elastic Compute Cloud - Compute'))).toEqual(['compute']);
  });

  it('are one more for one more entry, and still take every cost exactly once', () => {
    const gpuNodes: CostPart = { component: 'gpu', filter: () => tag('2i2c:node-purpose', 'user'), tags: () => [] };
    const parts = [...PARTS, gpuNodes];
    expect(partsOf(item({ '2i2c:node-purpose': 'user' }, 'EC2 - Other'), parts)).toEqual(['gpu']);
    expect(partsOf(item({ '2i2c:node-purpose': 'core' }, 'EC2 - Other'), parts)).toEqual(['core']);
    fc.assert(
      fc.property(lineItem, (line) => {
        expect(partsOf(line, parts)).toHaveLength(matches(total.input.Filter!, line) ? 1 : 0);
      }),
    );
  });
});
