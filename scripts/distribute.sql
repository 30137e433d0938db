-- Distributes the figures over a Citus cluster by `cluster`: the rows of one are on one worker. Runs and locks stay on the
-- coordinator. The owner of the tables runs this after `npm run migrate` and roles.sql, while no sync runs, and again after an
-- upgrade, or with another worker: what is distributed already stays as it is.
--
--   psql "$OWNER_DATABASE_URL" -f scripts/distribute.sql
DO $$
DECLARE
  tables CONSTANT text[] := ARRAY[
    'cost_days', 'attributed_costs', 'cost_restatements', 'usage_days', 'user_usage', 'group_memberships', 'node_capacity',
    'user_costs', 'day_costs', 'month_rollups', 'month_costs', 'month_usage', 'budgets', 'budget_events', 'forecasts',
    'anomalies', 'closed_months', 'closed_costs'];
  name text;
BEGIN
  PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', true);
  FOREACH name IN ARRAY tables LOOP
    CONTINUE WHEN EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = name::regclass);
    PERFORM create_distributed_table(name::regclass, 'cluster',
      colocate_with => CASE name WHEN 'cost_days' THEN 'none' ELSE 'cost_days' END);
  END LOOP;
  FOREACH name IN ARRAY tables LOOP
    -- What was stored before is on the workers now: this is the copy that stays on the coordinator.
    PERFORM truncate_local_data_after_distributing_table(name::regclass);
    -- A view runs with its owner's rights on the coordinator, but the workers are asked as the role of the session: readers
    -- need the tables themselves. They still write nothing, and read no other schema.
    EXECUTE format('GRANT SELECT ON %I TO jupyterhub_costs_api, grafana_reader', name);
  END LOOP;
  -- Citus brings every other right of roles.sql to the workers.
  PERFORM run_command_on_workers('REVOKE EXECUTE ON FUNCTION ' || string_agg(oid::regprocedure::text, ', ') || ' FROM PUBLIC')
  FROM pg_proc WHERE proname ~ '^(lo_|lowrite)' AND NOT has_function_privilege('public', oid, 'EXECUTE');
END $$;
