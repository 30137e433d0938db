-- Passwords of the demo, for the roles that migrations/sql/roles.sql makes.
ALTER ROLE grafana_reader PASSWORD 'demo-reader';
ALTER ROLE jupyterhub_costs_api PASSWORD 'demo-api';
ALTER ROLE jupyterhub_costs_sync PASSWORD 'demo-sync';
