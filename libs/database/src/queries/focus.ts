import { SUPPORT_HUB } from '#libs/domain';
import { CHARGES } from './charges.js';
import { scopedValues, type Scope, type Statement } from './statement.js';

/**
 * Charges as FOCUS 1.2 has them, and who bears each: the rows of CHARGES, or those of closed months in a version. What Cost
 * Explorer does not say is null: docs/focus.md lists it. A caller who does not see shared cost gets direct cost alone.
 */
export function focusCharges(scope: Scope, version: number | undefined): Statement {
  return {
    cluster: scope.cluster,
    text: version === undefined ? LIVE : FROZEN,
    values: scopedValues(
      scope,
      scope.user,
      scope.withoutShared ?? false,
      Object.keys(CATEGORIES),
      Object.values(CATEGORIES),
      ...(version === undefined ? [] : [version]),
    ),
  };
}

/** With `ALLOCATION=cluster` the cost of any hub is shared: to who may see some hubs only, others have no name. */
const SEEN_TAG = `CASE WHEN $4::text[] IS NULL OR tagged_hub = ANY ($4) OR tagged_hub = '${SUPPORT_HUB}' THEN tagged_hub END`;

const COLUMNS = `
  SELECT NULL AS "BillingAccountId", NULL AS "BillingAccountName", 'USD' AS "BillingCurrency",
    to_char(date_trunc('month', day::timestamp), 'YYYY-MM-DD"T00:00:00Z"') AS "BillingPeriodStart",
    to_char(date_trunc('month', day::timestamp) + interval '1 month', 'YYYY-MM-DD"T00:00:00Z"') AS "BillingPeriodEnd",
    to_char(day, 'YYYY-MM-DD"T00:00:00Z"') AS "ChargePeriodStart",
    to_char(day + 1, 'YYYY-MM-DD"T00:00:00Z"') AS "ChargePeriodEnd",
    'Usage' AS "ChargeCategory", NULL AS "ChargeClass", 'Usage-Based' AS "ChargeFrequency",
    concat_ws(', ', service, nullif(instance_type, '')) AS "ChargeDescription",
    CASE WHEN basis LIKE '%unblended' THEN trim_scale(amount_usd) END AS "BilledCost",
    CASE WHEN basis LIKE '%amortized' THEN trim_scale(amount_usd) END AS "EffectiveCost",
    NULL AS "ListCost", NULL AS "ContractedCost", NULL AS "PricingQuantity", NULL AS "PricingUnit",
    'AWS' AS "ProviderName", 'AWS' AS "PublisherName", 'AWS' AS "InvoiceIssuerName",
    service AS "ServiceName", coalesce(categories.category, 'Other') AS "ServiceCategory",
    jsonb_strip_nulls(jsonb_build_object('hub', ${SEEN_TAG}, 'component', component,
      'instance_type', nullif(instance_type, ''), 'user_hub', hub, 'user', username,
      'usergroups', array_to_string(usergroups, ','), 'unallocated', reason))::text AS "Tags",
    $1::text AS "x_Cluster", ${SEEN_TAG} AS "x_TaggedHub", component AS "x_Component",
    nullif(instance_type, '') AS "x_InstanceType", hub AS "x_Hub", username AS "x_User",
    array_to_json(usergroups)::text AS "x_UserGroups", reason AS "x_UnallocatedReason",
    CASE WHEN is_shared THEN 'shared' ELSE 'direct' END AS "x_CostOrigin",
    basis AS "x_CostBasis", trim_scale(amount_usd) AS "x_Cost"`;

const CATEGORY = `
  LEFT JOIN unnest($7::text[], $8::text[]) AS categories (name, category) ON categories.name = service
  WHERE ($4::text[] IS NULL OR hub = ANY ($4))
    AND ($5::text IS NULL OR username = $5)
    AND NOT ($6::boolean AND is_shared)`;

const ORDER = `
  ORDER BY day, tagged_hub, service, component, instance_type, hub, username, reason`;

const LIVE = `
  ${COLUMNS}
  FROM (${CHARGES}) charges
  JOIN (
    SELECT day, basis FROM reporting.daily_total_costs
    WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND name = 'attributable'
  ) days USING (day)
  ${CATEGORY}${ORDER}`;

/** Of a month with fewer versions there are no rows. */
const FROZEN = `
  ${COLUMNS}
  FROM (
    SELECT day, tagged_hub, service, component, instance_type, hub, username, usergroups, reason, is_shared,
      CASE WHEN cardinality(bases) = 1 THEN bases[1] END AS basis, sum(amount_usd) AS amount_usd
    FROM reporting.closed_months months
    JOIN reporting.closed_costs costs ON costs.cluster = months.cluster AND costs.day >= month
      AND costs.day < month + interval '1 month' AND costs.revision <= months.revision
    WHERE months.cluster = $1 AND version = $9::integer AND month < $3::date AND month + interval '1 month' > $2::date
      AND costs.cluster = $1 AND costs.day >= $2::date AND costs.day < $3::date
    GROUP BY day, tagged_hub, service, component, instance_type, hub, username, usergroups, reason, is_shared, bases
    HAVING sum(amount_usd) <> 0
  ) charges
  ${CATEGORY}${ORDER}`;

/** FOCUS's category of an AWS service, as Cost Explorer names it; of others it is Other. */
const CATEGORIES: Readonly<Record<string, string>> = {
  'Amazon Elastic Compute Cloud - Compute': 'Compute',
  'EC2 - Other': 'Compute',
  'Amazon Elastic Container Service for Kubernetes': 'Compute',
  'Amazon Elastic Container Service': 'Compute',
  'Amazon EC2 Container Registry (ECR)': 'Compute',
  'AWS Lambda': 'Compute',
  'AWS Batch': 'Compute',
  'Amazon Simple Storage Service': 'Storage',
  'Amazon Elastic File System': 'Storage',
  'Amazon Elastic Block Store': 'Storage',
  'Amazon FSx': 'Storage',
  'Amazon Glacier': 'Storage',
  'AWS Backup': 'Storage',
  'Amazon Elastic Load Balancing': 'Networking',
  'Amazon Virtual Private Cloud': 'Networking',
  'Amazon Route 53': 'Networking',
  'Amazon CloudFront': 'Networking',
  'AWS Data Transfer': 'Networking',
  'AWS Direct Connect': 'Networking',
  'Amazon Relational Database Service': 'Databases',
  'Amazon DynamoDB': 'Databases',
  'Amazon ElastiCache': 'Databases',
  'Amazon Redshift': 'Analytics',
  'Amazon Athena': 'Analytics',
  'AWS Glue': 'Analytics',
  'Amazon SageMaker': 'AI and Machine Learning',
  'Amazon Bedrock': 'AI and Machine Learning',
  AmazonCloudWatch: 'Management and Governance',
  'AWS CloudTrail': 'Management and Governance',
  'AWS Config': 'Management and Governance',
  'AWS Cost Explorer': 'Management and Governance',
  'AWS Systems Manager': 'Management and Governance',
  'Amazon Cognito': 'Identity',
  'AWS Key Management Service': 'Security',
  'AWS Secrets Manager': 'Security',
  'Amazon GuardDuty': 'Security',
  'AWS WAF': 'Security',
  'Amazon Simple Queue Service': 'Integration',
  'Amazon Simple Notification Service': 'Integration',
};
