import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables that the sync writes. Its record of migrations is TypeORM's, and only the owner migrates. */
const WRITTEN_TABLES = [
  'sync_runs',
  'account_costs',
  'attributed_costs',
  'cost_restatements',
  'usage_days',
  'user_usage',
  'group_memberships',
  'user_costs',
  'allocation_days',
].join(', ');

/**
 * The roles that the two processes run as, each able to do its work and nothing else. `jupyterhub_costs_api` reads
 * `reporting`, and views run with their owner's rights, so that no table is open to it. `jupyterhub_costs_sync` changes
 * rows and makes nothing: migrating is left to the owner of the tables, and with nothing pending the sync only looks.
 * A migration that adds a table grants it to the sync; views of `reporting` are granted as they are made.
 *
 * As with `grafana_reader`: a role that exists is left as it is, none gets a password here, and a migrating role without
 * CREATEROLE leaves a warning and the SQL of docs/operations.md to the operator. Numbers from identity columns need no
 * right on their sequence.
 */
export class LeastPrivilegeRoles1764000300000 implements MigrationInterface {
  name = 'LeastPrivilegeRoles1764000300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // Two databases of one server may be migrated at once: the loser of the race finds the role made.
    await queryRunner.query(`
      DO $$
      BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jupyterhub_costs_api') THEN
          CREATE ROLE jupyterhub_costs_api LOGIN;
          ALTER ROLE jupyterhub_costs_api SET default_transaction_read_only = on;
        END IF;
      EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;
        WHEN insufficient_privilege THEN
          RAISE WARNING 'role jupyterhub_costs_api was not created: the migrating role lacks CREATEROLE; docs/operations.md has the SQL';
      END $$`);
    await queryRunner.query(`
      DO $$
      BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jupyterhub_costs_sync') THEN
          CREATE ROLE jupyterhub_costs_sync LOGIN;
        END IF;
      EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;
        WHEN insufficient_privilege THEN
          RAISE WARNING 'role jupyterhub_costs_sync was not created: the migrating role lacks CREATEROLE; docs/operations.md has the SQL';
      END $$`);
    await queryRunner.query(`
      DO $$
      BEGIN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jupyterhub_costs_api') THEN
          GRANT USAGE ON SCHEMA reporting TO jupyterhub_costs_api;
          GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO jupyterhub_costs_api;
          ALTER DEFAULT PRIVILEGES IN SCHEMA reporting GRANT SELECT ON TABLES TO jupyterhub_costs_api;
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jupyterhub_costs_sync') THEN
          EXECUTE format('GRANT USAGE ON SCHEMA %I TO jupyterhub_costs_sync', current_schema());
          GRANT SELECT, INSERT, UPDATE, DELETE ON ${WRITTEN_TABLES} TO jupyterhub_costs_sync;
          GRANT SELECT ON migrations TO jupyterhub_costs_sync;
        END IF;
      END $$`);
  }

  /** Takes back the rights; the roles stay, since other databases of the server may use them. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DO $$
      BEGIN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jupyterhub_costs_api') THEN
          ALTER DEFAULT PRIVILEGES IN SCHEMA reporting REVOKE SELECT ON TABLES FROM jupyterhub_costs_api;
          REVOKE ALL ON ALL TABLES IN SCHEMA reporting FROM jupyterhub_costs_api;
          REVOKE USAGE ON SCHEMA reporting FROM jupyterhub_costs_api;
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jupyterhub_costs_sync') THEN
          REVOKE ALL ON ${WRITTEN_TABLES}, migrations FROM jupyterhub_costs_sync;
          EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM jupyterhub_costs_sync', current_schema());
        END IF;
      END $$`);
  }
}
