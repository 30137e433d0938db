import { SUPPORT_HUB } from '#libs/domain';
import { IDLE_ADJUSTED, type IdleForm } from './borne-costs.js';
import { costValues, START, type CostDigits, type NameFilters, type Scope, type Statement } from './statement.js';

export interface ServiceCostsOptions {
  readonly filter: NameFilters;
  readonly idle: IdleForm;
  /** $11, for the statement around this one. */
  readonly around: readonly (string | number | undefined)[];
}

/**
 * What the users of each hub bear, with unallocated cost, by AWS service: rows {start, hub, component, instance_type,
 * service, direct_usd, amount_usd}, to be added up. Nobody uses a service, so a hub's direct cost has the services of its
 * tag, and shared cost is divided among hubs and services at once: by running sums that are rounded in both directions, so
 * that hubs and services both add up to the last digit. Everything is divided first and filtered then.
 *
 * Values: those of a cost statement, $7 to $9 filters, $10 idle, $11 texts for the statement around it, $12 services, $13 the hub of
 * untagged cost, $14 users, for whom there are no rows: nobody is known to use a service.
 */
export function serviceCosts(
  scope: Scope,
  digits: CostDigits,
  { filter, idle, around }: ServiceCostsOptions,
): Statement {
  return {
    cluster: scope.cluster,
    joinsMany: true,
    text: scope.withoutShared ? DIRECT_SERVICE_COSTS : SERVICE_COSTS,
    values: costValues(
      scope,
      digits,
      filter.hub,
      filter.component,
      filter.instance_type,
      idle,
      around,
      filter.service,
      SUPPORT_HUB,
      filter.user,
    ),
  };
}

const COMPONENTS = `
  cluster = $1 AND day >= $2::date AND day < $3::date AND ($8::text[] IS NULL OR component = ANY ($8))`;
const POOLS = `${COMPONENTS} AND ($9::text[] IS NULL OR instance_type = ANY ($9))`;

const SERVICE_COSTS = `
  SELECT ${START} AS start, hub, component, instance_type, service, direct_usd, amount_usd
  FROM (
    WITH borne AS MATERIALIZED (
      SELECT day, hub, component, instance_type, sum(direct_usd) AS direct_usd, sum(amount_usd - direct_usd) AS shared_usd
      FROM (
        SELECT day, hub, component, instance_type, ${IDLE_ADJUSTED}
        FROM reporting.daily_allocated_costs
        WHERE ${POOLS} AND ($10 <> 'left out' OR reason IS DISTINCT FROM 'idle') AND ($11::text[] IS NULL OR true)
      ) cost
      GROUP BY day, hub, component, instance_type
    ),
    by_type AS (
      SELECT DISTINCT day, component FROM reporting.daily_allocated_costs WHERE ${COMPONENTS} AND instance_type <> ''
    ),
    tagged AS (
      SELECT day, hub, component, instance_type, service, amount_usd,
        sum(amount_usd) OVER (PARTITION BY day, hub, component, instance_type) AS pool_usd,
        sum(amount_usd) OVER (PARTITION BY day, hub, component, instance_type ORDER BY service
          ROWS UNBOUNDED PRECEDING) AS upto_usd
      FROM (
        SELECT day, hub, component, service, amount_usd,
          -- Of a day by memory requests, all types are one pool.
          CASE WHEN by_type.day IS NULL THEN '' ELSE instance_type END AS instance_type
        FROM reporting.daily_service_costs LEFT JOIN by_type USING (day, component)
        WHERE ${COMPONENTS}
      ) pooled
      WHERE $9 IS NULL OR instance_type = ANY ($9)
    ),
    direct AS MATERIALIZED (
      SELECT day, hub, component, instance_type, service, amount_usd, own.direct_usd = pool_usd OR own.direct_usd <> 0 AS is_direct,
        CASE WHEN own.direct_usd = pool_usd THEN amount_usd
          WHEN pool_usd = 0 THEN 0
          ELSE round(own.direct_usd * upto_usd / pool_usd, 10)
            - round(own.direct_usd * (upto_usd - amount_usd) / pool_usd, 10) END AS direct_usd
      FROM tagged
      LEFT JOIN borne USING (day, hub, component, instance_type)
      CROSS JOIN LATERAL (SELECT coalesce(borne.direct_usd, 0) AS direct_usd) own
    ),
    pool AS (
      SELECT day, component, instance_type, service, weight_usd,
        sum(weight_usd) OVER (PARTITION BY day, component, instance_type) AS pool_usd,
        sum(weight_usd) OVER (PARTITION BY day, component, instance_type ORDER BY service
          ROWS UNBOUNDED PRECEDING) AS upto_usd
      FROM (
        SELECT day, component, instance_type, service, sum(amount_usd) AS weight_usd
        FROM direct WHERE NOT is_direct
        GROUP BY day, component, instance_type, service
      ) weights
    ),
    hub AS (
      SELECT day, hub, component, instance_type, shared_usd,
        sum(shared_usd) OVER (PARTITION BY day, component, instance_type ORDER BY hub ROWS UNBOUNDED PRECEDING) AS hubs_usd
      FROM borne
    )
    SELECT day, hub, component, instance_type, service, direct_usd, direct_usd AS amount_usd
    FROM direct
    UNION ALL
    SELECT day, hub, component, instance_type, service, 0,
      round(hubs_usd * upto_usd / pool_usd, 10) - round((hubs_usd - shared_usd) * upto_usd / pool_usd, 10)
        - round(hubs_usd * (upto_usd - weight_usd) / pool_usd, 10)
        + round((hubs_usd - shared_usd) * (upto_usd - weight_usd) / pool_usd, 10)
    FROM hub JOIN pool USING (day, component, instance_type)
    WHERE pool_usd <> 0
    UNION ALL
    SELECT day, $13::text, component, instance_type, service, 0, weight_usd
    FROM pool
    WHERE pool_usd = 0
  ) parts
  WHERE amount_usd <> 0
    AND ($4::text[] IS NULL OR hub = ANY ($4))
    AND ($7::text[] IS NULL OR hub = ANY ($7))
    AND ($12::text[] IS NULL OR service = ANY ($12))
    AND $14::text[] IS NULL`;

/** For callers who do not see shared cost. */
const DIRECT_SERVICE_COSTS = `
  SELECT start, hub, component, instance_type, service, direct_usd, direct_usd AS amount_usd
  FROM (${SERVICE_COSTS}) parts
  WHERE direct_usd <> 0`;
