-- Distributes the figures over a Citus cluster by `cluster`. The owner of the tables runs this once, on a database that
-- `npm run migrate` has migrated, with the extension and its workers, after roles.sql, while no sync runs:
--
--   psql -v ON_ERROR_STOP=1 "$OWNER_DATABASE_URL" -f scripts/distribute.sql
--
-- All tables are co-located: the rows of a cluster are on one worker. Runs and locks stay on the coordinator.
BEGIN;
SET LOCAL citus.multi_shard_modify_mode = 'sequential';

SELECT create_distributed_table('cost_days', 'cluster', colocate_with => 'none');
SELECT create_distributed_table(name::regclass, 'cluster', colocate_with => 'cost_days')
FROM unnest(ARRAY['attributed_costs', 'cost_restatements', 'usage_days', 'user_usage', 'group_memberships', 'node_capacity',
  'user_costs', 'day_costs', 'month_rollups', 'month_costs', 'month_usage', 'budgets', 'budget_events', 'forecasts',
  'anomalies', 'closed_months', 'closed_costs']) AS name;

-- A view runs with its owner's rights on the coordinator, but the workers are asked as the role of the session: readers need
-- the tables themselves. They still write nothing, and read no other schema.
GRANT SELECT ON cost_days, attributed_costs, cost_restatements, usage_days, user_usage, group_memberships, node_capacity,
  user_costs, day_costs, month_rollups, month_costs, month_usage, budgets, budget_events, forecasts, anomalies,
  closed_months, closed_costs
  TO jupyterhub_costs_api, grafana_reader;
COMMIT;
