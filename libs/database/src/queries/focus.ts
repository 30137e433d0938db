import { SUPPORT_HUB } from '#libs/domain';
import { CHARGES } from './charges.js';
import { FOCUS_SERVICES } from './focus-services.js';
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
      FOCUS_SERVICES.map(({ service }) => service),
      FOCUS_SERVICES.map(({ category }) => category),
      FOCUS_SERVICES.map(({ subcategory }) => subcategory),
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
    'AWS' AS "ProviderName", 'AWS' AS "PublisherName", 'AWS' AS "InvoiceIssuerName", NULL AS "InvoiceId",
    service AS "ServiceName", coalesce(services.category, 'Other') AS "ServiceCategory",
    coalesce(services.subcategory, 'Other (Other)') AS "ServiceSubcategory",
    jsonb_strip_nulls(jsonb_build_object('hub', ${SEEN_TAG}, 'component', component,
      'instance_type', nullif(instance_type, ''), 'user_hub', hub, 'user', username,
      'usergroups', array_to_string(usergroups, ','), 'unallocated', reason))::text AS "Tags",
    $1::text AS "x_Cluster", ${SEEN_TAG} AS "x_TaggedHub", component AS "x_Component",
    nullif(instance_type, '') AS "x_InstanceType", hub AS "x_Hub", username AS "x_User",
    array_to_json(usergroups)::text AS "x_UserGroups", reason AS "x_UnallocatedReason",
    CASE WHEN is_shared THEN 'shared' ELSE 'direct' END AS "x_CostOrigin",
    basis AS "x_CostBasis", trim_scale(amount_usd) AS "x_Cost"`;

const CATEGORY = `
  LEFT JOIN unnest($7::text[], $8::text[], $9::text[]) AS services (name, category, subcategory) ON services.name = service
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
    WHERE months.cluster = $1 AND version = $10::integer AND month < $3::date AND month + interval '1 month' > $2::date
      AND costs.cluster = $1 AND costs.day >= $2::date AND costs.day < $3::date
    GROUP BY day, tagged_hub, service, component, instance_type, hub, username, usergroups, reason, is_shared, bases
    HAVING sum(amount_usd) <> 0
  ) charges
  ${CATEGORY}${ORDER}`;
