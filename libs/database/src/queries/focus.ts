import { SUPPORT_HUB } from '#libs/domain';
import { CHARGES } from './charges.js';
import { FOCUS_SERVICES } from './focus-services.js';
import { quotedCell } from './response-shape.js';
import { scopedValues, type Scope, type Statement } from './statement.js';

/**
 * Charges as FOCUS 1.2 has them, and who bears each: the rows of CHARGES, or those of closed months in a version. What Cost
 * Explorer does not say is null: docs/focus.md lists it. A caller who does not see shared cost gets direct cost alone.
 */
export function focusCharges(scope: Scope, version: number | undefined): Statement {
  return {
    cluster: scope.cluster,
    text: version === undefined ? LIVE : FROZEN,
    csvLine: CSV_LINE,
    joinsMany: true,
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

/**
 * The columns in their order: what Cost Explorer does not say, an amount, a text that is ours, JSON, or a name.
 */
export const FOCUS_COLUMNS = {
  BillingAccountId: 'unknown',
  BillingAccountName: 'unknown',
  BillingCurrency: 'text',
  BillingPeriodStart: 'text',
  BillingPeriodEnd: 'text',
  ChargePeriodStart: 'text',
  ChargePeriodEnd: 'text',
  ChargeCategory: 'text',
  ChargeClass: 'text',
  ChargeFrequency: 'text',
  ChargeDescription: 'name',
  BilledCost: 'usd',
  EffectiveCost: 'usd',
  ListCost: 'unknown',
  ContractedCost: 'unknown',
  PricingQuantity: 'unknown',
  PricingUnit: 'unknown',
  ProviderName: 'text',
  PublisherName: 'text',
  InvoiceIssuerName: 'text',
  InvoiceId: 'unknown',
  ServiceName: 'name',
  ServiceCategory: 'text',
  ServiceSubcategory: 'text',
  Tags: 'json',
  x_Cluster: 'name',
  x_TaggedHub: 'name',
  x_Component: 'name',
  x_InstanceType: 'name',
  x_Hub: 'name',
  x_User: 'name',
  x_UserGroups: 'json',
  x_UnallocatedReason: 'text',
  x_CostOrigin: 'text',
  x_CostBasis: 'text',
  x_Cost: 'usd',
} as const;

const COLUMNS = `
  SELECT NULL AS "BillingAccountId", NULL AS "BillingAccountName", 'USD' AS "BillingCurrency",
    "BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd",
    'Usage' AS "ChargeCategory", CASE WHEN is_correction THEN 'Correction' END AS "ChargeClass",
    'Usage-Based' AS "ChargeFrequency", concat_ws(', ', service, nullif(instance_type, '')) AS "ChargeDescription",
    CASE WHEN basis LIKE '%unblended' THEN trim_scale(amount_usd) END AS "BilledCost",
    CASE WHEN basis LIKE '%amortized' THEN trim_scale(amount_usd) END AS "EffectiveCost",
    NULL AS "ListCost", NULL AS "ContractedCost", NULL AS "PricingQuantity", NULL AS "PricingUnit",
    'AWS' AS "ProviderName", 'AWS' AS "PublisherName", 'AWS' AS "InvoiceIssuerName", NULL AS "InvoiceId",
    service AS "ServiceName", coalesce(($8::text[])[array_position($7::text[], service)], 'Other') AS "ServiceCategory",
    coalesce(($9::text[])[array_position($7::text[], service)], 'Other (Other)') AS "ServiceSubcategory",
    jsonb_strip_nulls(jsonb_build_object('hub', ${SEEN_TAG}, 'component', component,
      'instance_type', nullif(instance_type, ''), 'user_hub', hub, 'user', username,
      'usergroups', array_to_string(usergroups, ','), 'unallocated', reason))::text AS "Tags",
    $1::text AS "x_Cluster", ${SEEN_TAG} AS "x_TaggedHub", component AS "x_Component",
    nullif(instance_type, '') AS "x_InstanceType", hub AS "x_Hub", username AS "x_User",
    array_to_json(usergroups)::text AS "x_UserGroups", reason AS "x_UnallocatedReason",
    CASE WHEN is_shared THEN 'shared' ELSE 'direct' END AS "x_CostOrigin",
    basis AS "x_CostBasis", trim_scale(amount_usd) AS "x_Cost"`;

/** Days are written once each, and not for each of their rows. */
const PERIODS = `
  to_char(date_trunc('month', day::timestamp), 'YYYY-MM-DD"T00:00:00Z"') AS "BillingPeriodStart",
  to_char(date_trunc('month', day::timestamp) + interval '1 month', 'YYYY-MM-DD"T00:00:00Z"') AS "BillingPeriodEnd",
  to_char(day, 'YYYY-MM-DD"T00:00:00Z"') AS "ChargePeriodStart",
  to_char(day + 1, 'YYYY-MM-DD"T00:00:00Z"') AS "ChargePeriodEnd"`;

const CELLS = {
  unknown: () => `''`,
  usd: (column: string) => `coalesce(${column}::text, '')`,
  text: (column: string) => `coalesce('"' || ${column} || '"', '')`,
  json: (column: string) => `coalesce('"' || replace(${column}, '"', '""') || '"', '')`,
  name: (column: string) => `coalesce(${quotedCell(column)}, '')`,
};

const CSV_LINE = Object.entries(FOCUS_COLUMNS)
  .map(([name, kind]) => CELLS[kind](`"${name}"`))
  .join(` || ',' || `);

/** Sorted while rows are narrow: 2,000 users have 300,000 a month. Nothing is joined to them afterwards: they would lose their order. */
const SORTED = `
    WHERE ($4::text[] IS NULL OR hub = ANY ($4))
      AND ($5::text IS NULL OR username = $5)
      AND NOT ($6::boolean AND is_shared)
    ORDER BY day, tagged_hub, service, component, instance_type, hub, username, reason, is_shared, is_correction
  ) charges`;

const LIVE = `
  ${COLUMNS}
  FROM (
    SELECT *, false AS is_correction
    FROM (${CHARGES}) now
    JOIN (
      SELECT day, basis, ${PERIODS} FROM reporting.daily_total_costs
      WHERE cluster = $1 AND day >= $2::date AND day < $3::date AND name = 'attributable'
    ) days USING (day)
    ${SORTED}`;

/** Of a month with fewer versions there are no rows. What AWS restated later are rows of their own: corrections. */
const FROZEN = `
  ${COLUMNS}
  FROM (
    SELECT frozen.*, days.*, revision > 0 AS is_correction
    FROM (
      SELECT day AS charge_day, tagged_hub, service, component, instance_type, hub, username, usergroups, reason, is_shared,
        amount_usd, revision
      FROM reporting.closed_costs
      WHERE cluster = $1 AND day >= $2::date AND day < $3::date
    ) frozen
    JOIN (
      SELECT day, last_revision, basis, ${PERIODS}
      FROM (
        SELECT month + n AS day, revision AS last_revision, CASE WHEN cardinality(bases) = 1 THEN bases[1] END AS basis
        FROM reporting.closed_months, generate_series(0, 30) n
        WHERE cluster = $1 AND version = $10::integer AND month + n < month + interval '1 month'
      ) of_months
    ) days ON days.day = charge_day AND revision <= last_revision
    ${SORTED}`;
