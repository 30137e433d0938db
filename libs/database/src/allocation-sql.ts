import { HUB_EXPECTED_DAYS } from '#libs/domain';

/** In the place of a username: nobody is called so. */
const UNREAD_HUB = '';

/**
 * How a day's costs become its users' costs, in one statement over the day's stored costs and usage.
 *
 * A pool is the cost of a component that a measure divides. A hub's own pool goes to that hub's users by their share of
 * the hub's usage: direct_usd. Cost that belongs to no hub (all cost, under the policy `cluster`) goes to all users of the
 * cluster by their share of the cluster's usage: shared_usd.
 *
 * Parts are differences of rounded running sums: a user's part is round(cost × usage up to and with them ÷ total)
 * minus round(cost × usage up to them ÷ total). The running usage ends at the total, so the parts add up to the cost to
 * the last digit, whatever its sign; each part is within 1e-10 USD of its exact value.
 *
 * Shares are taken over everybody, users of excluded hubs too: only then are those users' parts summed into one row
 * without a name. Cost that no usage can divide keeps its hub, without a username and with the reason: as direct_usd, or
 * as shared_usd where it carries no hub tag. So, for every component, direct_usd + shared_usd over all rows is the
 * attributed cost.
 *
 * A hub that was expected and not read weighs in every pool what its users used on the last day that was read of it, as one
 * user without a name: their part is unallocated too, so that nobody else pays for the gap.
 *
 * A person's groups of the day come by a window over usage and memberships together: a join would compare everybody with
 * everybody where the planner knows nothing of a new day.
 *
 * $1 cluster, $2 day, $3 policy, $4 excluded hubs, $5 $6 $7 measures that divide a cost: component, name, dataset;
 * $8 the hub of untagged cost, $9 the component whose unused capacity is idle.
 */
export const INSERT_USER_COSTS = `
  WITH divided AS (
    SELECT component, measure, dataset FROM unnest($5::text[], $6::text[], $7::text[]) AS list (component, measure, dataset)
  ),
  read AS (
    SELECT dataset, hub FROM usage_days WHERE cluster = $1 AND day = $2::date AND status <> 'missing'
  ),
  last_read AS (
    SELECT hub, dataset, max(read_day.day) AS day
    FROM usage_days missed JOIN usage_days read_day USING (cluster, dataset, hub)
    WHERE cluster = $1 AND missed.day = $2::date AND missed.status = 'missing' AND hub <> ''
      AND read_day.status <> 'missing' AND read_day.day < $2::date AND read_day.day >= $2::date - ${HUB_EXPECTED_DAYS}
    GROUP BY hub, dataset
  ),
  cost AS (
    SELECT hub, component, measure, dataset, sum(amount_usd) AS amount_usd,
      hub <> $8::text AS is_tagged, hub <> $8::text AND $3::text = 'hub' AS is_direct
    FROM attributed_costs LEFT JOIN divided USING (component)
    WHERE cluster = $1 AND day = $2::date
    GROUP BY hub, component, measure, dataset
  ),
  direct_pool AS (
    SELECT hub, component, amount_usd FROM cost WHERE measure IS NOT NULL AND is_direct
  ),
  shared_pool AS (
    SELECT component, sum(amount_usd) AS amount_usd FROM cost WHERE measure IS NOT NULL AND NOT is_direct GROUP BY component
  ),
  person AS (
    SELECT hub, username, measure, quantity, max(usergroups) OVER (PARTITION BY hub, username) AS usergroups
    FROM (
      SELECT hub, username, measure, quantity, NULL::text[] COLLATE "C" AS usergroups
      FROM user_usage
      WHERE cluster = $1 AND day = $2::date
      UNION ALL
      SELECT hub, '${UNREAD_HUB}', measure, sum(quantity), NULL
      FROM user_usage JOIN last_read USING (hub, day) JOIN divided USING (measure, dataset)
      WHERE cluster = $1 AND day < $2::date AND day >= $2::date - ${HUB_EXPECTED_DAYS}
      GROUP BY hub, measure
      UNION ALL
      SELECT hub, username, NULL, NULL, array_agg(coalesce(usergroup, 'none') ORDER BY usergroup)
      FROM group_memberships
      WHERE cluster = $1 AND day = $2::date
      GROUP BY hub, username
    ) usage_and_groups
  ),
  usage AS MATERIALIZED (
    SELECT hub, username, component, quantity, usergroups,
      sum(quantity) OVER (PARTITION BY component ORDER BY hub, username ROWS UNBOUNDED PRECEDING) AS upto
    FROM person JOIN divided USING (measure)
  ),
  hub_usage AS MATERIALIZED (
    SELECT hub, component, sum(quantity) AS hub_total, min(upto - quantity) AS before_hub
    FROM usage
    GROUP BY hub, component
  ),
  pool AS MATERIALIZED (
    SELECT hub, component, hub_total, before_hub,
      sum(hub_total) OVER (PARTITION BY component) AS cluster_total,
      coalesce(direct_pool.amount_usd, 0) AS direct_usd, coalesce(shared_pool.amount_usd, 0) AS shared_usd,
      EXISTS (SELECT FROM read WHERE dataset = 'memberships' AND read.hub IN ('', hub_usage.hub)) AS knows_groups
    FROM hub_usage
    LEFT JOIN direct_pool USING (hub, component)
    LEFT JOIN shared_pool USING (component)
  ),
  borne AS (
    SELECT hub, username, component, username = '${UNREAD_HUB}' OR hub = ANY ($4::text[]) AS is_excluded,
      coalesce(usergroups, ARRAY[CASE WHEN knows_groups THEN 'none' ELSE 'unknown' END]) AS usergroups,
      round(pool.direct_usd * (upto - before_hub) / hub_total, 10)
        - round(pool.direct_usd * (upto - quantity - before_hub) / hub_total, 10) AS direct_usd,
      round(pool.shared_usd * upto / cluster_total, 10)
        - round(pool.shared_usd * (upto - quantity) / cluster_total, 10) AS shared_usd
    FROM usage JOIN pool USING (hub, component)
  ),
  part AS (
    SELECT hub, username, component, direct_usd, shared_usd, usergroups, NULL AS reason FROM borne WHERE NOT is_excluded
    UNION ALL
    SELECT hub, NULL, component, sum(direct_usd), sum(shared_usd), NULL, reason
    FROM (
      SELECT hub, component, direct_usd, shared_usd,
        CASE WHEN username = '${UNREAD_HUB}' THEN 'usage not read' ELSE 'anonymous hub' END AS reason
      FROM borne WHERE is_excluded
      UNION ALL
      SELECT hub, component, CASE WHEN is_tagged THEN amount_usd ELSE 0 END, CASE WHEN is_tagged THEN 0 ELSE amount_usd END,
        CASE
          WHEN measure IS NULL THEN 'not allocated'
          WHEN NOT EXISTS (
            SELECT FROM read WHERE read.dataset = cost.dataset AND (read.hub IN ('', cost.hub) OR NOT cost.is_direct))
            THEN 'usage not read'
          WHEN component = $9::text THEN 'idle'
          ELSE 'no usage'
        END
      FROM cost
      WHERE NOT (measure IS NOT NULL AND EXISTS (
        SELECT FROM hub_usage
        WHERE hub_usage.component = cost.component AND (hub_usage.hub = cost.hub OR NOT cost.is_direct)))
    ) unnamed
    GROUP BY hub, component, reason
  )
  INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups, reason)
  SELECT $1, $2::date, hub, username, component, direct_usd, shared_usd, usergroups, reason
  FROM part
  WHERE direct_usd <> 0 OR shared_usd <> 0
  ORDER BY hub, component, username`;

/** The rollup of the day's user costs, by set of groups. $1 cluster, $2 day. */
export const INSERT_DAY_COSTS = `
  INSERT INTO day_costs (cluster, day, hub, component, usergroups, reason, direct_usd, shared_usd, idle_usd)
  SELECT $1, $2::date, hub, component, usergroups, reason, sum(direct_usd), sum(shared_usd), sum(idle_usd)
  FROM user_costs
  WHERE cluster = $1 AND day = $2::date
  GROUP BY hub, component, usergroups, reason`;
