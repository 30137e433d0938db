/**
 * What each user bears of each charge: rows {day, tagged_hub, service, component, instance_type, hub, username, usergroups,
 * reason, is_shared, amount_usd}. A charge is what AWS billed for a day, hub tag, service, component and instance type.
 * Nobody is known to use a service, so each user of a pool bears the same part of each charge of it: by running sums that
 * are rounded in both directions, so that the rows of a user add up to what they bear, and those of a charge to the charge,
 * to the last digit.
 *
 * A hub's own pool is divided among those who bear its tagged cost (direct), what is left among those who bear shared cost.
 * Charges without an allocation of their own type are in the pool without a type, as where memory divides all of compute.
 *
 * $1 cluster, $2 and $3 days.
 */
export const CHARGES = `
  WITH borne AS MATERIALIZED (
    SELECT day, hub, component, instance_type AS pool_type, username, usergroups, reason, direct_usd,
      amount_usd - direct_usd AS shared_usd
    FROM reporting.daily_user_costs
    WHERE cluster = $1 AND day >= $2::date AND day < $3::date
  ),
  bearer AS (
    SELECT *, sum(usd) OVER (PARTITION BY day, component, pool_type, pool_hub ORDER BY hub, username, reason
      ROWS UNBOUNDED PRECEDING) AS usd_upto
    FROM (
      SELECT day, component, pool_type, hub AS pool_hub, false AS is_shared, hub, username, usergroups, reason,
        direct_usd AS usd
      FROM borne WHERE direct_usd <> 0
      UNION ALL
      SELECT day, component, pool_type, '', true, hub, username, usergroups, reason, shared_usd
      FROM borne WHERE shared_usd <> 0
    ) parts
  ),
  tagged AS (
    SELECT costs.day, costs.hub AS tagged_hub, costs.service, costs.component, costs.instance_type, costs.amount_usd,
      coalesce(types.pool_type, '') AS pool_type
    FROM reporting.daily_service_costs costs
    LEFT JOIN (SELECT DISTINCT day, component, pool_type FROM borne) types
      ON types.day = costs.day AND types.component = costs.component AND types.pool_type = costs.instance_type
    WHERE costs.cluster = $1 AND costs.day >= $2::date AND costs.day < $3::date
  ),
  charge AS MATERIALIZED (
    SELECT day, tagged_hub, service, component, instance_type, amount_usd, pool_type, pool_hub,
      sum(amount_usd) OVER (PARTITION BY day, component, pool_type, pool_hub) AS pool_usd,
      count(*) OVER (PARTITION BY day, component, pool_type, pool_hub) = 1 AS is_only,
      sum(amount_usd) OVER (PARTITION BY day, component, pool_type, pool_hub ORDER BY tagged_hub, service, instance_type
        ROWS UNBOUNDED PRECEDING) AS charges_upto
    FROM (
      SELECT tagged.*, CASE WHEN coalesce(own.usd, 0) <> 0
          OR sum(amount_usd) OVER (PARTITION BY day, tagged_hub, component, pool_type) = 0 THEN tagged_hub ELSE '' END AS pool_hub
      FROM tagged
      LEFT JOIN (
        SELECT day, hub AS tagged_hub, component, pool_type, sum(direct_usd) AS usd FROM borne GROUP BY 1, 2, 3, 4
      ) own USING (day, tagged_hub, component, pool_type)
    ) placed
  )
  SELECT day, tagged_hub, service, component, instance_type, hub, username, usergroups, reason, is_shared, amount_usd
  FROM (
    SELECT day, tagged_hub, service, component, instance_type, hub, username, usergroups, reason, is_shared,
      CASE WHEN is_only THEN usd
        ELSE round(usd_upto * charges_upto / pool_usd, 10) - round((usd_upto - usd) * charges_upto / pool_usd, 10)
          - round(usd_upto * (charges_upto - amount_usd) / pool_usd, 10)
          + round((usd_upto - usd) * (charges_upto - amount_usd) / pool_usd, 10) END AS amount_usd
    FROM bearer JOIN charge USING (day, component, pool_type, pool_hub)
    WHERE pool_usd <> 0
    UNION ALL
    SELECT day, tagged_hub, service, component, instance_type, tagged_hub, NULL, NULL, 'not allocated', pool_hub = '', amount_usd
    FROM charge
    WHERE pool_usd = 0
    OFFSET 0
  ) parts
  WHERE amount_usd <> 0`;
