import type { Expression, GetCostAndUsageCommandInput, GroupDefinition } from '@aws-sdk/client-cost-explorer';
import { EC2_COMPUTE, type Component, type CostBasis, type DayWindow } from '#libs/domain';
import { allOf, attributable, consumption, not, ofService, type FilterSubject } from './filters.js';
import { PARTS, type CostPart } from './parts.js';

/** A request of a cost reading, with the name that errors give it and the one metric that it asks for. */
export interface CostRequest {
  readonly name: string;
  readonly metric: string;
  readonly input: GetCostAndUsageCommandInput;
}

/** A request of one part of the cluster cost. Without a component, each cost has that of its service. */
export interface PartRequest extends CostRequest {
  readonly component: Component | undefined;
  /** The only service of the part: it is grouped by instance type, where others are by service. */
  readonly service: string | undefined;
}

/**
 * The requests of a cost reading: six. The parts are disjoint and add up to `attributable`, which is how a reading
 * proves itself.
 */
export interface CostRequests {
  readonly account: CostRequest;
  readonly attributable: CostRequest;
  readonly parts: readonly PartRequest[];
}

const METRICS: Readonly<Record<CostBasis, string>> = {
  amortized: 'AmortizedCost',
  unblended: 'UnblendedCost',
  net_amortized: 'NetAmortizedCost',
  net_unblended: 'NetUnblendedCost',
};

/**
 * The requests for a window of UTC days; Cost Explorer's `End` is exclusive, as the window's is. Each part leaves out
 * what the parts before it take, and the last takes what is left: nothing is left out or taken twice, whatever the tags.
 */
export function planCostRequests(
  subject: FilterSubject,
  costBasis: CostBasis,
  window: DayWindow,
  parts: readonly CostPart[] = PARTS,
): CostRequests {
  const metric = METRICS[costBasis];
  const byHubAnd = (Key: 'SERVICE' | 'INSTANCE_TYPE'): GroupDefinition[] => [
    { Type: 'TAG', Key: subject.attribution.hubTag },
    { Type: 'DIMENSION', Key },
  ];
  const request = (name: string, filters: readonly Expression[], groupBy?: GroupDefinition[]): CostRequest => ({
    name,
    metric,
    input: {
      TimePeriod: { Start: window.from, End: window.until },
      Granularity: 'DAILY',
      Metrics: [metric],
      Filter: allOf([consumption(subject.attribution, costBasis), ...filters]),
      ...(groupBy && { GroupBy: groupBy }),
    },
  });
  const ofCluster = attributable(subject);
  const filters = parts.map(({ filter }) => filter(subject));
  const part = (name: string, component: Component | undefined, own: readonly Expression[], count: number) => ({
    ...request(name, [ofCluster, ...own, ...filters.slice(0, count).map(not)], byHubAnd('SERVICE')),
    component,
    service: undefined,
  });
  const compute = ofService(EC2_COMPUTE);
  const rest = [ofCluster, ...filters.map(not)];
  return {
    account: request('account total', []),
    attributable: request('attributable total', [ofCluster]),
    parts: [
      ...parts.map(({ component }, index) => part(component, component, [filters[index]!], index)),
      {
        ...request('compute by instance type', [...rest, compute], byHubAnd('INSTANCE_TYPE')),
        component: undefined,
        service: EC2_COMPUTE,
      },
      part('all other components', undefined, [not(compute)], parts.length),
    ],
  };
}
