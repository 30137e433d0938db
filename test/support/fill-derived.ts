import { execute } from './database.js';

/**
 * What follows from rows that a test wrote by hand: the clusters, the cluster cost of each day, the groups of each user cost
 * and the rollup. Made by rules of its own, a row at a time, and not by the sync's SQL.
 */
export async function fillDerived(databaseUrl: string): Promise<void> {
  await execute(databaseUrl, FILL);
}

const FILL = `
  INSERT INTO sync_locks (cluster) SELECT DISTINCT cluster FROM sync_runs ON CONFLICT DO NOTHING;

  UPDATE cost_days d SET cluster_usd = coalesce(
    (SELECT sum(amount_usd) FROM attributed_costs c WHERE c.cluster = d.cluster AND c.day = d.day), 0);

  UPDATE user_costs c SET usergroups = coalesce(
    (SELECT array_agg(coalesce(m.usergroup, 'none') ORDER BY m.usergroup) FROM group_memberships m
      WHERE m.cluster = c.cluster AND m.day = c.day AND m.hub = c.hub AND m.username = c.username),
    ARRAY[CASE WHEN EXISTS (
      SELECT FROM usage_days u
      WHERE u.cluster = c.cluster AND u.day = c.day AND u.dataset = 'memberships' AND u.status <> 'missing'
    ) THEN 'none' ELSE 'unknown' END])
  WHERE username IS NOT NULL;

  DELETE FROM day_costs;
  INSERT INTO day_costs (cluster, day, hub, component, instance_type, usergroups, reason, direct_usd, shared_usd)
  SELECT cluster, day, hub, component, instance_type, usergroups, reason, sum(direct_usd), sum(shared_usd)
  FROM user_costs GROUP BY cluster, day, hub, component, instance_type, usergroups, reason;`;
