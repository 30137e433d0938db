-- The roles of the demo, with passwords. Migrations would create them, too, but without: they find these, leave them as
-- they are, and grant each what it needs.

-- Grafana: reads the schema `reporting`.
CREATE ROLE grafana_reader LOGIN PASSWORD 'demo-reader';
ALTER ROLE grafana_reader SET default_transaction_read_only = on;
ALTER ROLE grafana_reader SET statement_timeout = '30s';
ALTER ROLE grafana_reader SET jit = off;

-- The API: reads the schema `reporting`.
CREATE ROLE jupyterhub_costs_api LOGIN PASSWORD 'demo-api';
ALTER ROLE jupyterhub_costs_api SET default_transaction_read_only = on;

-- The sync: changes rows and makes nothing.
CREATE ROLE jupyterhub_costs_sync LOGIN PASSWORD 'demo-sync';
