import type { Expression, GetCostAndUsageCommandInput, GroupDefinition } from '@aws-sdk/client-cost-explorer';
import type { CostBasis, DayWindow } from '#libs/domain';
import {
  allOf,
  attributable,
  consumption,
  coreNotHomeStorage,
  homeStorage,
  neitherCoreNorHomeStorage,
  type FilterSubject,
} from './filters.js';

/** A request of a cost reading, with the name that errors give it and the one metric that it asks for. */
export interface CostRequest {
  readonly name: string;
  readonly metric: string;
  readonly input: GetCostAndUsageCommandInput;
}

/**
 * The five requests of a cost reading. The last three are disjoint and add up to `attributable`, which is how a
 * reading proves itself.
 */
export interface CostRequests {
  readonly account: CostRequest;
  readonly attributable: CostRequest;
  readonly homeStorage: CostRequest;
  readonly core: CostRequest;
  readonly neither: CostRequest;
}

const METRICS: Readonly<Record<CostBasis, string>> = { amortized: 'AmortizedCost', unblended: 'UnblendedCost' };

/** The requests for a window of UTC days; Cost Explorer's `End` is exclusive, as the window's is. */
export function planCostRequests(subject: FilterSubject, costBasis: CostBasis, window: DayWindow): CostRequests {
  const metric = METRICS[costBasis];
  const byHubAndService: GroupDefinition[] = [
    { Type: 'TAG', Key: subject.attribution.hubTag },
    { Type: 'DIMENSION', Key: 'SERVICE' },
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
  return {
    account: request('account total', []),
    attributable: request('attributable total', [ofCluster]),
    homeStorage: request('home storage', [ofCluster, homeStorage(subject)], byHubAndService),
    core: request('core', [ofCluster, coreNotHomeStorage(subject)], byHubAndService),
    neither: request('neither core nor home storage', [ofCluster, neitherCoreNorHomeStorage(subject)], byHubAndService),
  };
}
