-- The roles that the processes and Grafana run as, each able to do its work and nothing else. The owner of the tables runs
-- this once after the first `npm run migrate`, with psql or any other client, as a role that may create roles:
--
--   psql "$OWNER_DATABASE_URL" -f roles.sql
--
-- Roles belong to the whole server. If one exists already, its CREATE ROLE fails with "already exists", psql goes on, and
-- the rest still holds. No role gets a password here: set one with \password, or use your provider's authentication.

CREATE ROLE jupyterhub_costs_api LOGIN;
CREATE ROLE jupyterhub_costs_sync LOGIN;
CREATE ROLE grafana_reader LOGIN;

ALTER ROLE jupyterhub_costs_api SET default_transaction_read_only = on;
ALTER ROLE grafana_reader SET default_transaction_read_only = on;
ALTER ROLE grafana_reader SET statement_timeout = '30s';
ALTER ROLE grafana_reader SET jit = off;
-- Sums of thousands of users by hashing in memory instead of sorting on disk: two thirds of the time.
ALTER ROLE grafana_reader SET work_mem = '16MB';

-- Readers: the views of reporting, which run with their owner's rights, and no table. Views that a later version adds
-- are readable too.
GRANT USAGE ON SCHEMA reporting TO jupyterhub_costs_api, grafana_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO jupyterhub_costs_api, grafana_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA reporting GRANT SELECT ON TABLES TO jupyterhub_costs_api, grafana_reader;

-- The sync changes rows and makes nothing: the owner migrates. Numbers from identity columns need no right on a sequence.
GRANT SELECT, INSERT, UPDATE, DELETE ON sync_runs, sync_locks, cost_days, attributed_costs, cost_restatements, usage_days,
  user_usage, group_memberships, node_capacity, user_costs, day_costs, month_rollups, month_costs, month_usage,
  budgets, budget_events, forecasts, anomalies, closed_months, closed_costs
  TO jupyterhub_costs_sync;
GRANT SELECT ON migrations TO jupyterhub_costs_sync;
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO jupyterhub_costs_sync', current_schema()); END $$;
GRANT USAGE ON SCHEMA reporting TO jupyterhub_costs_sync;
GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO jupyterhub_costs_sync;

-- Nobody but the owner makes temporary tables or anything else in this database. PostgreSQL gives these rights to everyone, so
-- they are taken from everyone: other programs that use the same database lose them too.
DO $$ BEGIN EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- Large objects are files of any size in the database, which everyone may write. Only a superuser can take that away: of an
-- owner that is none, PostgreSQL warns that "no privileges could be revoked", and the right remains.
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea), lo_put(oid, bigint, bytea),
  lo_truncate(integer, integer), lo_truncate64(integer, bigint), lo_unlink(oid), lowrite(integer, bytea) FROM PUBLIC;
