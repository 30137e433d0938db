/**
 * How a day's costs become its users' costs, in one statement over the day's stored costs and usage.
 *
 * Cost that users bear is split in two pools. A hub's own cost of a component goes to that hub's users by their share
 * of the hub's usage: direct_usd. Cost that belongs to no hub (all cost, under the policy `cluster`) goes to all users of
 * the cluster by their share of the cluster's usage: shared_usd.
 *
 * Parts are differences of rounded running sums: a user's part is round(cost × usage up to and with them ÷ total)
 * minus round(cost × usage up to them ÷ total). The running usage ends at the total, so the parts add up to the cost to
 * the last digit, whatever its sign; each part is within 1e-10 USD of its exact value.
 *
 * Shares are taken over everybody, users of excluded hubs too: only then are those users' parts summed into one row
 * without a name. Cost that nobody's usage can bear keeps its hub, without a username: as direct_usd, or as shared_usd
 * where it carries no hub tag. So, for every component, direct_usd + shared_usd over all rows is the attributed cost.
 *
 * $1 cluster, $2 day, $3 run, $4 policy, $5 excluded hubs, $6 components that users share, $7 the hub of untagged cost.
 */
export const INSERT_USER_COSTS = `
  WITH cost AS (
    SELECT hub, component, sum(amount_usd) AS amount_usd, component = ANY ($6::text[]) AS is_shared,
      hub <> $7::text AS is_tagged, hub <> $7::text AND $4::text = 'hub' AS is_direct
    FROM attributed_costs
    WHERE cluster = $1 AND day = $2::date
    GROUP BY hub, component
  ),
  direct_pool AS (
    SELECT hub, component, amount_usd FROM cost WHERE is_shared AND is_direct
  ),
  shared_pool AS (
    SELECT component, sum(amount_usd) AS amount_usd FROM cost WHERE is_shared AND NOT is_direct GROUP BY component
  ),
  usage AS MATERIALIZED (
    SELECT hub, username, component, byte_seconds,
      sum(byte_seconds) OVER (PARTITION BY component ORDER BY hub, username ROWS UNBOUNDED PRECEDING) AS upto
    FROM user_usage
    WHERE cluster = $1 AND day = $2::date AND component = ANY ($6::text[])
  ),
  hub_usage AS MATERIALIZED (
    SELECT hub, component, sum(byte_seconds) AS hub_total, min(upto - byte_seconds) AS before_hub
    FROM usage
    GROUP BY hub, component
  ),
  pool AS MATERIALIZED (
    SELECT hub, component, hub_total, before_hub,
      sum(hub_total) OVER (PARTITION BY component) AS cluster_total,
      coalesce(direct_pool.amount_usd, 0) AS direct_usd, coalesce(shared_pool.amount_usd, 0) AS shared_usd
    FROM hub_usage
    LEFT JOIN direct_pool USING (hub, component)
    LEFT JOIN shared_pool USING (component)
  ),
  borne AS (
    SELECT hub, username, component, hub = ANY ($5::text[]) AS is_excluded,
      round(pool.direct_usd * (upto - before_hub) / hub_total, 10)
        - round(pool.direct_usd * (upto - byte_seconds - before_hub) / hub_total, 10) AS direct_usd,
      round(pool.shared_usd * upto / cluster_total, 10)
        - round(pool.shared_usd * (upto - byte_seconds) / cluster_total, 10) AS shared_usd
    FROM usage JOIN pool USING (hub, component)
  ),
  part AS (
    SELECT hub, username, component, direct_usd, shared_usd FROM borne WHERE NOT is_excluded
    UNION ALL
    SELECT hub, NULL, component, sum(direct_usd), sum(shared_usd)
    FROM (
      SELECT hub, component, direct_usd, shared_usd FROM borne WHERE is_excluded
      UNION ALL
      SELECT hub, component, CASE WHEN is_tagged THEN amount_usd ELSE 0 END, CASE WHEN is_tagged THEN 0 ELSE amount_usd END
      FROM cost
      WHERE NOT (is_shared AND EXISTS (
        SELECT FROM hub_usage
        WHERE hub_usage.component = cost.component AND (hub_usage.hub = cost.hub OR NOT cost.is_direct)))
    ) unnamed
    GROUP BY hub, component
  )
  INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, run_id)
  SELECT $1, $2::date, hub, username, component, direct_usd, shared_usd, $3
  FROM part
  WHERE direct_usd <> 0 OR shared_usd <> 0`;
