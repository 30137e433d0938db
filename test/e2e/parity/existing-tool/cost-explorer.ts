import {
  GetCostAndUsageCommand,
  type Expression,
  type GroupDefinition,
  type ResultByTime,
} from '@aws-sdk/client-cost-explorer';
import type { DayRange, ExistingTool } from './existing-tool.js';

const EC2_OTHER: Expression = { Dimensions: { Key: 'SERVICE', Values: ['EC2 - Other'], MatchOptions: ['EQUALS'] } };
const EC2_COMPUTE: Expression = {
  Dimensions: { Key: 'SERVICE', Values: ['Amazon Elastic Compute Cloud - Compute'], MatchOptions: ['EQUALS'] },
};

export const BY_HUB: GroupDefinition = { Type: 'TAG', Key: '2i2c:hub-name' };
export const BY_SERVICE: GroupDefinition = { Type: 'DIMENSION', Key: 'SERVICE' };

/** Charge type Usage: no credits, no tax, and nothing that a commitment covers. */
export const USAGE: Expression = { Dimensions: { Key: 'RECORD_TYPE', Values: ['Usage'] } };

export const HOME_VOLUMES = tagIs('2i2c:volume-purpose', 'home-nfs');

/** What the existing tool counts as the cluster's. */
export function attributable({ clusterName, without }: ExistingTool): Expression {
  const ofThisCluster = [
    tagIs('alpha.eksctl.io/cluster-name', clusterName),
    tagIs(`kubernetes.io/cluster/${clusterName}`, 'owned'),
    tagIs('2i2c.org/cluster-name', clusterName),
  ];
  const ofAnyCluster = ['2i2c:hub-name', '2i2c:node-purpose'].map((key): Expression => ({ Not: tagIsAbsent(key) }));
  return { Or: [...ofThisCluster, ...(without.has('counts other clusters') ? [] : ofAnyCluster)] };
}

/** Nodes, volumes and gateways that run whoever works. */
export function core({ without }: ExistingTool): Expression {
  const natGateways: Expression = {
    Dimensions: {
      Key: 'USAGE_TYPE_GROUP',
      Values: ['EC2: NAT Gateway - Running Hours', 'EC2: NAT Gateway - Data Processed'],
      MatchOptions: ['EQUALS'],
    },
  };
  const rules: Expression = {
    Or: [
      { And: [EC2_OTHER, tagIs('2i2c:node-purpose', 'core')] },
      { And: [EC2_COMPUTE, tagIs('2i2c:node-purpose', 'core')] },
      { And: [EC2_OTHER, natGateways] },
      { And: [EC2_OTHER, tagIs('kubernetes.io/created-for/pvc/name', 'hub-db-dir')] },
      { And: [EC2_OTHER, tagIs('kubernetes.io/created-for/pvc/namespace', 'support')] },
    ],
  };
  if (!without.has('home storage is core too')) return rules;
  return { And: [rules, { Not: { And: [EC2_OTHER, HOME_VOLUMES] } }] };
}

/** No expression for all hubs; `support` means without a hub tag. */
export function ofHub(hub: string | undefined): Expression[] {
  if (hub === undefined) return [];
  return [hub === 'support' ? tagIsAbsent('2i2c:hub-name') : tagIs('2i2c:hub-name', hub)];
}

/** @throws where there is a second page, as the existing tool does. */
export async function askCostExplorer(
  tool: ExistingTool,
  { from, to }: DayRange,
  filter: Expression,
  groupBy: GroupDefinition[],
): Promise<ResultByTime[]> {
  const end = new Date(Date.parse(to) + 86_400_000).toISOString().slice(0, 10);
  const answer = await tool.costExplorer.send(
    new GetCostAndUsageCommand({
      Metrics: ['UnblendedCost'],
      Granularity: 'DAILY',
      TimePeriod: { Start: from, End: end },
      Filter: filter,
      GroupBy: groupBy,
    }),
  );
  if (answer.NextPageToken) throw new Error('a paginated response, which has not been worked on yet');
  return answer.ResultsByTime ?? [];
}

function tagIs(key: string, value: string): Expression {
  return { Tags: { Key: key, Values: [value], MatchOptions: ['EQUALS'] } };
}

function tagIsAbsent(key: string): Expression {
  return { Tags: { Key: key, MatchOptions: ['ABSENT'] } };
}
