import { COST_BASES, DEFAULT_ATTRIBUTION, type CostBasis } from '#libs/domain';
import { attributable, consumption } from './filters.js';
import { planCostRequests } from './requests.js';

const subject = { attribution: { ...DEFAULT_ATTRIBUTION, hubTag: 'our-hub' }, clusterName: 'c' };
const window = { from: '2026-01-30', until: '2026-02-02' };

describe('the six requests', () => {
  const plan = planCostRequests(subject, 'amortized', window);

  it('ask for the window by day, its end exclusive', () => {
    for (const { input } of [plan.account, plan.attributable, ...plan.parts]) {
      expect(input).toMatchObject({ TimePeriod: { Start: '2026-01-30', End: '2026-02-02' }, Granularity: 'DAILY' });
    }
  });

  it('ask for one metric, that of the cost basis', () => {
    expect(plan.account).toMatchObject({ metric: 'AmortizedCost', input: { Metrics: ['AmortizedCost'] } });
    const metricsOf = (basis: CostBasis) => planCostRequests(subject, basis, window).parts[1]!.input.Metrics;
    expect(COST_BASES.map(metricsOf)).toEqual([
      ['AmortizedCost'],
      ['UnblendedCost'],
      ['NetAmortizedCost'],
      ['NetUnblendedCost'],
    ]);
  });

  it('leave the totals ungrouped', () => {
    expect(plan.account.input.GroupBy).toBeUndefined();
    expect(plan.account.input.Filter).toEqual(consumption(subject.attribution, 'amortized'));
    expect(plan.attributable.input.GroupBy).toBeUndefined();
    expect(plan.attributable.input.Filter).toEqual({
      And: [consumption(subject.attribution, 'amortized'), attributable(subject)],
    });
  });

  it('are six: two totals and four parts, each grouped by the hub tag of the deployment and by service', () => {
    expect(plan.parts.map(({ name }) => name)).toEqual([
      'home storage',
      'core',
      'compute by instance type',
      'all other components',
    ]);
    for (const { input, service } of plan.parts) {
      expect(input.GroupBy).toEqual([
        { Type: 'TAG', Key: 'our-hub' },
        { Type: 'DIMENSION', Key: service === undefined ? 'SERVICE' : 'INSTANCE_TYPE' },
      ]);
      expect(input.Filter?.And?.slice(0, 2)).toEqual([
        consumption(subject.attribution, 'amortized'),
        attributable(subject),
      ]);
    }
  });
});
