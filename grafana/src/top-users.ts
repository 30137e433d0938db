import { EVERYONE_ELSE_NAME, UNALLOCATED_NAME } from './painted.js';

/**
 * Rows of (day, metric, value): the users with the highest cost, everyone else, and what no user bears by its reason.
 * Everyone else is what is left of the sums of everybody, so that the rows of thousands of users are read once, for the top.
 *
 * @param users rows of (day, hub, username, direct_usd, shared_usd)
 * @param bearers rows of (day, reason, direct_usd, shared_usd), reason NULL: borne by users
 */
export function topUsers(users: string, bearers: string, limit: string): string {
  return `
  WITH top AS (
    SELECT hub, username
    FROM ${users}
    GROUP BY hub, username
    ORDER BY sum(direct_usd) + sum(shared_usd) DESC, hub, username
    LIMIT ${limit}
  ), top_days AS (
    SELECT day, hub, username, sum(direct_usd + shared_usd) AS amount_usd
    FROM ${users} JOIN top USING (hub, username)
    GROUP BY day, hub, username
  )
  SELECT day, username || ' (' || hub || ')' AS metric, amount_usd AS value
  FROM top_days
  UNION ALL
  SELECT day, CASE WHEN reason IS NULL THEN '${EVERYONE_ELSE_NAME}' ELSE ${UNALLOCATED_NAME} END, direct_usd + shared_usd
  FROM ${bearers}
  UNION ALL
  SELECT day, '${EVERYONE_ELSE_NAME}', -amount_usd
  FROM top_days`;
}
