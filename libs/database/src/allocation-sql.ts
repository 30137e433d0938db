import { HUB_EXPECTED_DAYS } from '#libs/domain';

/** In the place of a username: nobody is called so. */
const UNREAD_HUB = '';

/**
 * How a day's costs become its users' costs, in one statement over the day's stored costs and usage, and one more for each
 * step of components that are divided by what users bear of others.
 *
 * A pool is a cost that is divided by one list of weights: a component, and where the measure is by instance type each
 * type of it. Cost without a type (EBS and the like) is one more pool, divided by the usage of all types. A hub's own pool
 * goes to that hub's users by their share of the hub's weights: direct_usd. Cost that belongs to no hub (all cost, under
 * the allocation `cluster`) goes to all users of the cluster by their share of all weights: shared_usd.
 *
 * Parts are differences of rounded running sums: a user's part is round(cost × weights up to and with them ÷ total)
 * minus round(cost × weights up to them ÷ total). The running sum ends at the total, so the parts add up to the cost to
 * the last digit, whatever its sign; each part is within 1e-10 USD of its exact value.
 *
 * Shares are taken over everybody, users of excluded hubs too: only then are those users' parts summed into one row
 * without a name. Cost that no weight can divide keeps its hub, without a username and with the reason: as direct_usd, or
 * as shared_usd where it carries no hub tag. So, for every component, direct_usd + shared_usd over all rows is the
 * attributed cost.
 *
 * A hub that was expected and not read weighs in every pool what its users used on the last day that was read of it, as one
 * user without a name: their part is unallocated too, so that nobody else pays for the gap.
 *
 * idle_usd is the part of a row that pays for idle capacity. A row without a username and with reason `idle` has its
 * opposite: over all rows idle_usd adds up to 0, and direct_usd + shared_usd - idle_usd is the attributed cost too, with
 * idle capacity beside the users.
 */

/** What comes after the CTEs `cost`, `weight` and `idleness`. $1 cluster, $2 day, $3 allocation, $4 hub of
 * untagged cost, $5 component whose unused capacity is idle, $6 whether users bear idle capacity where it is shown. */
const DIVIDE = `
  running AS MATERIALIZED (
    SELECT *, sum(quantity) OVER (PARTITION BY component, pool_type ORDER BY hub, username, unnamed ROWS UNBOUNDED PRECEDING) AS upto
    FROM weight
  ),
  hub_weight AS MATERIALIZED (
    SELECT hub, component, pool_type, sum(quantity) AS hub_total, min(upto - quantity) AS before_hub
    FROM running
    GROUP BY hub, component, pool_type
  ),
  direct_pool AS (
    SELECT hub, component, pool_type, sum(amount_usd) AS amount_usd FROM cost WHERE is_divided AND is_direct
    GROUP BY hub, component, pool_type
  ),
  shared_pool AS (
    SELECT component, pool_type, sum(amount_usd) AS amount_usd FROM cost WHERE is_divided AND NOT is_direct
    GROUP BY component, pool_type
  ),
  pool AS MATERIALIZED (
    SELECT hub, component, pool_type, hub_total, before_hub,
      sum(hub_total) OVER (PARTITION BY component, pool_type) AS cluster_total,
      coalesce(direct_pool.amount_usd, 0) AS direct_usd, coalesce(shared_pool.amount_usd, 0) AS shared_usd,
      coalesce(idleness.idle_seconds, 0) AS idle_seconds, coalesce(idleness.capacity, 1) AS capacity
    FROM hub_weight
    LEFT JOIN direct_pool USING (hub, component, pool_type)
    LEFT JOIN shared_pool USING (component, pool_type)
    LEFT JOIN idleness USING (component, pool_type)
  ),
  divided_cost AS (
    SELECT hub, username, component, pool_type, unnamed, usergroups, idle_seconds, capacity,
      round(pool.direct_usd * (upto - before_hub) / hub_total, 10)
        - round(pool.direct_usd * (upto - quantity - before_hub) / hub_total, 10) AS direct_usd,
      round(pool.shared_usd * upto / cluster_total, 10)
        - round(pool.shared_usd * (upto - quantity) / cluster_total, 10) AS shared_usd
    FROM running JOIN pool USING (hub, component, pool_type)
  ),
  borne AS (
    SELECT *, CASE WHEN idle_seconds = 0 THEN 0 ELSE round(direct_usd * idle_seconds / capacity, 10) END AS direct_idle_usd,
      CASE WHEN idle_seconds = 0 THEN 0 ELSE round(shared_usd * idle_seconds / capacity, 10) END AS shared_idle_usd
    FROM divided_cost
  ),
  part AS (
    SELECT hub, username, component, pool_type, direct_usd, shared_usd, direct_idle_usd, shared_idle_usd, usergroups,
      NULL AS reason
    FROM borne WHERE unnamed IS NULL
    UNION ALL
    SELECT hub, NULL, component, pool_type, sum(direct_usd), sum(shared_usd), sum(direct_idle_usd), sum(shared_idle_usd),
      NULL, reason
    FROM (
      SELECT hub, component, pool_type, direct_usd, shared_usd, direct_idle_usd, shared_idle_usd, unnamed AS reason
      FROM borne WHERE unnamed IS NOT NULL
      UNION ALL
      SELECT hub, component, pool_type, 0, 0, -direct_idle_usd, 0, 'idle' FROM borne WHERE direct_idle_usd <> 0
      UNION ALL
      SELECT $4::text, component, pool_type, 0, 0, 0, -shared_idle_usd, 'idle' FROM borne WHERE shared_idle_usd <> 0
      UNION ALL
      SELECT hub, component, pool_type, CASE WHEN is_tagged THEN amount_usd ELSE 0 END,
        CASE WHEN is_tagged THEN 0 ELSE amount_usd END, 0, 0,
        CASE
          WHEN NOT is_divided THEN 'not allocated'
          WHEN NOT is_read THEN 'usage not read'
          WHEN component = $5::text AND NOT is_proportional THEN 'idle'
          ELSE 'no usage'
        END
      FROM cost
      WHERE NOT (is_divided AND EXISTS (
        SELECT FROM hub_weight
        WHERE hub_weight.component = cost.component AND hub_weight.pool_type = cost.pool_type
          AND (hub_weight.hub = cost.hub OR NOT cost.is_direct)))
    ) unnamed
    GROUP BY hub, component, pool_type, reason
  )
  INSERT INTO user_costs (cluster, day, hub, username, component, instance_type, direct_usd, shared_usd, idle_usd,
    direct_idle_usd, shares_idle, usergroups, reason)
  SELECT $1, $2::date, hub, username, component, pool_type, direct_usd, shared_usd, direct_idle_usd + shared_idle_usd,
    direct_idle_usd, $6::boolean, usergroups, reason
  FROM part
  WHERE direct_usd <> 0 OR shared_usd <> 0 OR direct_idle_usd <> 0 OR shared_idle_usd <> 0`;

/**
 * Costs that are divided by a measure or evenly, and those that are not divided. A person's groups of the day come by a
 * window over usage and memberships together: a join would compare everybody with everybody where the planner knows nothing
 * of a new day.
 *
 * $7 to $10 measures that divide a cost, the preferred first: component, name, dataset, whether by instance type; $11
 * components that are divided evenly; $12 components that are left to DIVIDE_PROPORTIONALLY; $13 excluded hubs.
 */
export const INSERT_USER_COSTS = `
  WITH read AS (
    SELECT dataset, hub, string_to_array(method, ' ') AS measures
    FROM usage_days WHERE cluster = $1 AND day = $2::date AND status <> 'missing'
      AND (dataset <> 'memberships' OR coverage > 0)
  ),
  last_read AS (
    SELECT hub, dataset, max(read_day.day) AS day
    FROM usage_days missed JOIN usage_days read_day USING (cluster, dataset, hub)
    WHERE cluster = $1 AND missed.day = $2::date AND missed.status = 'missing' AND hub <> ''
      AND read_day.status <> 'missing' AND read_day.day < $2::date AND read_day.day >= $2::date - ${HUB_EXPECTED_DAYS}
    GROUP BY hub, dataset
  ),
  divider AS (
    SELECT * FROM (
      SELECT DISTINCT ON (component) component, measure, dataset, by_type, false AS is_even
      FROM unnest($7::text[], $8::text[], $9::text[], $10::boolean[]) WITH ORDINALITY
        AS list (component, measure, dataset, by_type, position)
      ORDER BY component, position + CASE WHEN EXISTS (
        SELECT FROM read WHERE read.dataset = list.dataset AND list.measure = ANY (read.measures)) THEN 0 ELSE 1000 END
    ) preferred
    UNION ALL
    SELECT component, NULL, NULL, false, true FROM unnest($11::text[]) AS list (component)
  ),
  cost AS (
    SELECT attributed_costs.hub, component, dataset,
      CASE WHEN divider.by_type IS FALSE THEN '' ELSE instance_type END AS pool_type, sum(amount_usd) AS amount_usd,
      divider.by_type IS NOT NULL AS is_divided, false AS is_proportional,
      hub <> $4::text AS is_tagged, hub <> $4::text AND $3::text = 'hub' AS is_direct,
      EXISTS (SELECT FROM read WHERE (read.dataset = divider.dataset OR is_even AND read.dataset <> 'memberships')
        AND (read.hub IN ('', attributed_costs.hub) OR attributed_costs.hub = $4::text OR $3::text <> 'hub')) AS is_read
    FROM attributed_costs LEFT JOIN divider USING (component)
    WHERE cluster = $1 AND day = $2::date AND component <> ALL ($12::text[])
    GROUP BY hub, component, dataset, pool_type, divider.by_type, is_even
  ),
  person AS (
    SELECT hub, username, measure, instance_type, quantity, coalesce(
      max(usergroups) OVER (PARTITION BY hub, username),
      ARRAY[CASE WHEN EXISTS (SELECT FROM read WHERE dataset = 'memberships' AND read.hub IN ('', usage_and_groups.hub))
        THEN 'none' ELSE 'unknown' END]) AS usergroups
    FROM (
      SELECT hub, username, measure, instance_type, quantity, NULL::text[] COLLATE "C" AS usergroups
      FROM user_usage
      WHERE cluster = $1 AND day = $2::date
      UNION ALL
      SELECT hub, '${UNREAD_HUB}', measure, instance_type, quantity, NULL
      FROM last_read CROSS JOIN LATERAL (
        SELECT measure, instance_type, sum(quantity) AS quantity
        FROM user_usage JOIN divider USING (measure)
        WHERE cluster = $1 AND day = last_read.day AND hub = last_read.hub AND dataset = last_read.dataset
        GROUP BY measure, instance_type
      ) last_used
      UNION ALL
      SELECT hub, username, NULL, NULL, NULL, array_agg(coalesce(usergroup, 'none') ORDER BY usergroup)
      FROM group_memberships
      WHERE cluster = $1 AND day = $2::date
      GROUP BY hub, username
    ) usage_and_groups
  ),
  weight AS MATERIALIZED (
    SELECT hub, username, component, pool_type, sum(quantity) AS quantity, usergroups,
      CASE WHEN username = '${UNREAD_HUB}' THEN 'usage not read' WHEN hub = ANY ($13::text[]) THEN 'anonymous hub' END AS unnamed
    FROM (
      SELECT hub, username, component, '' AS pool_type, quantity, usergroups FROM person JOIN divider USING (measure)
      UNION ALL
      SELECT hub, username, component, instance_type, quantity, usergroups
      FROM person JOIN divider USING (measure) WHERE by_type AND instance_type <> ''
      UNION ALL
      SELECT DISTINCT hub, username, component, '', 1, usergroups
      FROM person CROSS JOIN divider WHERE is_even AND quantity IS NOT NULL AND username <> '${UNREAD_HUB}'
    ) quantities
    GROUP BY hub, username, component, pool_type, usergroups
  ),
  type_capacity AS (
    SELECT component, pool_type, coalesce(node_seconds, used) AS capacity, coalesce(used, 0) AS used
    FROM (
      SELECT component, instance_type AS pool_type, node_seconds
      FROM node_capacity CROSS JOIN divider WHERE cluster = $1 AND day = $2::date AND by_type
    ) offered
    FULL JOIN (
      SELECT component, pool_type, sum(quantity) AS used FROM weight WHERE pool_type <> '' GROUP BY component, pool_type
    ) taken USING (component, pool_type)
  ),
  idleness AS (
    SELECT component, pool_type, greatest(capacity - used, 0) AS idle_seconds, capacity FROM type_capacity WHERE capacity > 0
    UNION ALL
    SELECT component, '', sum(greatest(capacity - used, 0)), sum(capacity) FROM type_capacity
    GROUP BY component HAVING sum(capacity) > 0
  ),${DIVIDE}`;

/**
 * Costs that are divided by what users bear of other components: the rows of the day that are there already. A user who
 * bears less than nothing of them (a refund) bears nothing. What nobody bears because usage was not read has its part too,
 * which nobody bears either. $7 $8 pairs: component, the one that it is divided by.
 */
export const DIVIDE_PROPORTIONALLY = `
  WITH base AS (
    SELECT component, base FROM unnest($7::text[], $8::text[]) AS list (component, base)
  ),
  cost AS (
    SELECT hub, component, '' AS pool_type, sum(amount_usd) AS amount_usd, true AS is_divided, true AS is_proportional,
      hub <> $4::text AS is_tagged, hub <> $4::text AND $3::text = 'hub' AS is_direct, true AS is_read
    FROM attributed_costs
    WHERE cluster = $1 AND day = $2::date AND component IN (SELECT component FROM base)
    GROUP BY hub, component
  ),
  weight AS MATERIALIZED (
    SELECT hub, username, base.component, '' AS pool_type, sum(direct_usd + shared_usd) AS quantity,
      max(usergroups) AS usergroups, reason AS unnamed
    FROM user_costs JOIN base ON base.base = user_costs.component
    WHERE cluster = $1 AND day = $2::date AND (reason IS NULL OR reason IN ('anonymous hub', 'usage not read'))
    GROUP BY hub, username, reason, base.component
    HAVING sum(direct_usd + shared_usd) > 0
  ),
  idleness AS (SELECT component, '' AS pool_type, 0 AS idle_seconds, 1 AS capacity FROM base WHERE false),${DIVIDE}`;

/** The rollup of the day's user costs, by set of groups. $1 cluster, $2 day. */
export const INSERT_DAY_COSTS = `
  INSERT INTO day_costs (cluster, day, hub, component, instance_type, usergroups, reason, direct_usd, shared_usd, idle_usd,
    direct_idle_usd, shares_idle)
  SELECT $1, $2::date, hub, component, instance_type, usergroups, reason, sum(direct_usd), sum(shared_usd), sum(idle_usd),
    sum(direct_idle_usd), bool_and(shares_idle)
  FROM user_costs
  WHERE cluster = $1 AND day = $2::date
  GROUP BY hub, component, instance_type, usergroups, reason`;
