import { DEFAULT_ATTRIBUTION } from '#libs/domain';
import { attributable, consumption } from './filters.js';
import { planCostRequests } from './requests.js';

const subject = { attribution: { ...DEFAULT_ATTRIBUTION, hubTag: 'our-hub' }, clusterName: 'c' };
const window = { from: '2026-01-30', until: '2026-02-02' };

describe('the five requests', () => {
  const plan = planCostRequests(subject, 'amortized', window);

  it('ask for the window by day, its end exclusive', () => {
    for (const { input } of Object.values(plan)) {
      expect(input).toMatchObject({ TimePeriod: { Start: '2026-01-30', End: '2026-02-02' }, Granularity: 'DAILY' });
    }
  });

  it('ask for one metric, that of the cost basis', () => {
    expect(plan.account).toMatchObject({ metric: 'AmortizedCost', input: { Metrics: ['AmortizedCost'] } });
    expect(planCostRequests(subject, 'unblended', window).core.input.Metrics).toEqual(['UnblendedCost']);
  });

  it('leave the totals ungrouped', () => {
    expect(plan.account.input.GroupBy).toBeUndefined();
    expect(plan.account.input.Filter).toEqual(consumption(subject.attribution, 'amortized'));
    expect(plan.attributable.input.GroupBy).toBeUndefined();
    expect(plan.attributable.input.Filter).toEqual({
      And: [consumption(subject.attribution, 'amortized'), attributable(subject)],
    });
  });

  it.each(['homeStorage', 'core', 'neither'] as const)(
    'group %s by the hub tag of the deployment and by service',
    (part) => {
      expect(plan[part].input.GroupBy).toEqual([
        { Type: 'TAG', Key: 'our-hub' },
        { Type: 'DIMENSION', Key: 'SERVICE' },
      ]);
      expect(plan[part].input.Filter?.And?.slice(0, 2)).toEqual([
        consumption(subject.attribution, 'amortized'),
        attributable(subject),
      ]);
    },
  );
});
