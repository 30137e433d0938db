import type { Expression } from '@aws-sdk/client-cost-explorer';
import { tagForCluster, type AttributionConfig, type CostBasis, type TagRule } from '#libs/domain';

/**
 * The money that each request selects. Every filter is And > Or > And > leaf at most, with Not in front of one of
 * those: Cost Explorer documents no depth, and this one is known to be accepted.
 */

/** What a filter is built from: how this deployment tags, and the cluster that the tags must name. */
export interface FilterSubject {
  readonly attribution: AttributionConfig;
  readonly clusterName: string;
}

/**
 * Charge types that are somebody's consumption; credits, refunds, tax and fees are not. Hours that a reservation or
 * savings plan covers are charge types of their own, and without them the covered part of a cluster would look free.
 * Their unblended price is 0 or negated elsewhere, so they belong to the amortized bases alone.
 *
 * Discounts (EdpDiscount, PrivateRateDiscount, BundledDiscount) are charge types of their own beside gross costs, and part of
 * each line of net costs: with them a net basis would take them off twice. docs/cost-bases.md has AWS's pages.
 */
const AMORTIZED = ['Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'];
const UNBLENDED = ['Usage'];
const RECORD_TYPES: Readonly<Record<CostBasis, readonly string[]>> = {
  amortized: AMORTIZED,
  unblended: UNBLENDED,
  net_amortized: AMORTIZED,
  net_unblended: UNBLENDED,
};

/**
 * Consumption under a cost basis, whoever caused it: the account's total. In a payer account Cost Explorer shows every
 * member's costs, so a deployment there names the accounts that are its own.
 */
export function consumption({ linkedAccounts }: AttributionConfig, costBasis: CostBasis): Expression {
  const recordTypes = dimension('RECORD_TYPE', RECORD_TYPES[costBasis]);
  return allOf(
    linkedAccounts.length === 0 ? [recordTypes] : [recordTypes, dimension('LINKED_ACCOUNT', linkedAccounts)],
  );
}

/** What belongs to the cluster: any of its tags. A hub tag alone does not count, another cluster may carry the same. */
export function attributable({ attribution, clusterName }: FilterSubject): Expression {
  return anyOf(attribution.clusterTags.map((rule) => tagged(rule, clusterName)));
}

/** Volumes that hold home directories. Bounded to one service: others under the same tag keep their own component. */
export function homeStorage({ attribution, clusterName }: FilterSubject): Expression {
  const { tag, service } = attribution.homeStorage;
  return allOf([tagged(tag, clusterName), dimension('SERVICE', [service])]);
}

/** What runs whether or not anybody works: core nodes, NAT gateways, volumes of hub databases and of support. */
export function core({ attribution, clusterName }: FilterSubject): Expression {
  const { nodeTag, nodeServices, service, usageTypeGroups, volumeTags } = attribution.core;
  const sameService = ofService(service);
  return anyOf([
    allOf([dimension('SERVICE', nodeServices), tagged(nodeTag, clusterName)]),
    allOf([sameService, dimension('USAGE_TYPE_GROUP', usageTypeGroups)]),
    ...volumeTags.map((rule) => allOf([sameService, tagged(rule, clusterName)])),
  ]);
}

/** Costs of one service. */
export function ofService(service: string): Expression {
  return dimension('SERVICE', [service]);
}

/** All of the expressions. Nested Ands are laid flat; one alone stays bare, since And demands two operands. */
export function allOf(expressions: readonly Expression[]): Expression {
  const operands = expressions.flatMap((expression) => expression.And ?? [expression]);
  return operands.length === 1 ? operands[0]! : { And: operands };
}

/** Any of the expressions; one alone stays bare, since Or demands two operands. */
function anyOf(expressions: readonly Expression[]): Expression {
  return expressions.length === 1 ? expressions[0]! : { Or: [...expressions] };
}

/** All but what the expression takes. */
export function not(expression: Expression): Expression {
  return { Not: expression };
}

function dimension(
  key: 'LINKED_ACCOUNT' | 'RECORD_TYPE' | 'SERVICE' | 'USAGE_TYPE_GROUP',
  values: readonly string[],
): Expression {
  return { Dimensions: { Key: key, Values: [...values], MatchOptions: ['EQUALS'] } };
}

function tagged(rule: TagRule, clusterName: string): Expression {
  const { key, value } = tagForCluster(rule, clusterName);
  return { Tags: { Key: key, Values: [value], MatchOptions: ['EQUALS'] } };
}
