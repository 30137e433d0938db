import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The facts, one row per thing and day, every key beginning with (cluster, day): questions are asked of one cluster
 * over a range of days, and a day is replaced whole.
 *
 * Amounts are numeric(20,10): Cost Explorer's decimal strings, exact. `run_id` is the run that last wrote a row; the
 * tables with a row per user do not reference it by foreign key, as checking each of their rows would halve the speed
 * of writing a day. Names collate as bytes: keys compare fast, sort alike on every server, and outlive an upgrade of
 * the system's locales.
 */
export class CostAndUsageTables1764000000000 implements MigrationInterface {
  name = 'CostAndUsageTables1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE sync_runs (
        id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        cluster      text COLLATE "C" NOT NULL,
        source       text NOT NULL CONSTRAINT sync_runs_source CHECK (source IN ('cost-explorer', 'prometheus', 'allocation')),
        trigger      text NOT NULL CONSTRAINT sync_runs_trigger CHECK (trigger IN ('schedule', 'startup', 'once', 'backfill')),
        window_from  date,
        window_until date,
        status       text NOT NULL DEFAULT 'running'
                     CONSTRAINT sync_runs_status CHECK (status IN ('running', 'succeeded', 'failed')),
        requests     integer NOT NULL DEFAULT 0,
        days_changed integer NOT NULL DEFAULT 0,
        rows_written bigint NOT NULL DEFAULT 0,
        error        text,
        started_at   timestamptz NOT NULL DEFAULT now(),
        finished_at  timestamptz,
        CONSTRAINT sync_runs_finished CHECK ((status = 'running') = (finished_at IS NULL)),
        CONSTRAINT sync_runs_failed CHECK ((status = 'failed') = (error IS NOT NULL))
      )`);
    await queryRunner.query(`CREATE INDEX sync_runs_latest ON sync_runs (cluster, source, started_at)`);

    await queryRunner.query(`
      CREATE TABLE account_costs (
        cluster            text COLLATE "C" NOT NULL,
        day                date NOT NULL,
        amount_usd         numeric(20,10) NOT NULL,
        estimated          boolean NOT NULL,
        cost_basis         text NOT NULL CONSTRAINT account_costs_basis CHECK (cost_basis IN ('amortized', 'unblended')),
        attribution_digest text NOT NULL,
        run_id             bigint NOT NULL REFERENCES sync_runs (id),
        PRIMARY KEY (cluster, day)
      )`);

    await queryRunner.query(`
      CREATE TABLE attributed_costs (
        cluster    text COLLATE "C" NOT NULL,
        day        date NOT NULL,
        hub        text COLLATE "C" NOT NULL,
        service    text COLLATE "C" NOT NULL,
        component  text COLLATE "C" NOT NULL,
        amount_usd numeric(20,10) NOT NULL,
        run_id     bigint NOT NULL REFERENCES sync_runs (id),
        PRIMARY KEY (cluster, day, hub, service, component),
        FOREIGN KEY (cluster, day) REFERENCES account_costs (cluster, day)
      )`);

    await queryRunner.query(`
      CREATE TABLE cost_restatements (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        cluster    text COLLATE "C" NOT NULL,
        day        date NOT NULL,
        hub        text COLLATE "C" NOT NULL,
        service    text COLLATE "C" NOT NULL,
        component  text COLLATE "C" NOT NULL,
        before_usd numeric(20,10),
        after_usd  numeric(20,10),
        reason     text NOT NULL CHECK (reason IN ('restated', 'cost basis', 'attribution')),
        seen_at    timestamptz NOT NULL DEFAULT now(),
        run_id     bigint NOT NULL REFERENCES sync_runs (id),
        CHECK (before_usd IS DISTINCT FROM after_usd)
      )`);
    await queryRunner.query(`CREATE INDEX cost_restatements_day ON cost_restatements (cluster, day)`);
    await queryRunner.query(`CREATE INDEX cost_restatements_seen ON cost_restatements (cluster, seen_at)`);

    await queryRunner.query(`
      CREATE TABLE usage_days (
        cluster            text COLLATE "C" NOT NULL,
        day                date NOT NULL,
        dataset            text NOT NULL
                           CONSTRAINT usage_days_dataset CHECK (dataset IN ('compute', 'home storage', 'memberships')),
        status             text NOT NULL CONSTRAINT usage_days_status CHECK (status IN ('provisional', 'final', 'missing')),
        coverage           numeric(5,4) NOT NULL CONSTRAINT usage_days_coverage CHECK (coverage BETWEEN 0 AND 1),
        detail             text,
        read_at            timestamptz NOT NULL,
        run_id             bigint NOT NULL REFERENCES sync_runs (id),
        PRIMARY KEY (cluster, day, dataset),
        CONSTRAINT usage_days_detail CHECK ((status = 'missing') = (detail IS NOT NULL))
      )`);

    await queryRunner.query(`
      CREATE TABLE user_usage (
        cluster      text COLLATE "C" NOT NULL,
        day          date NOT NULL,
        hub          text COLLATE "C" NOT NULL,
        username     text COLLATE "C" NOT NULL,
        component    text COLLATE "C" NOT NULL,
        byte_seconds numeric(30,0) NOT NULL CHECK (byte_seconds > 0),
        run_id       bigint NOT NULL,
        PRIMARY KEY (cluster, day, component, hub, username)
      )`);

    // usergroup NULL: known to the hub that day, and in no group.
    await queryRunner.query(`
      CREATE TABLE group_memberships (
        cluster          text COLLATE "C" NOT NULL,
        day              date NOT NULL,
        hub              text COLLATE "C" NOT NULL,
        username         text COLLATE "C" NOT NULL,
        usergroup        text COLLATE "C",
        username_escaped text COLLATE "C" NOT NULL,
        run_id           bigint NOT NULL,
        UNIQUE NULLS NOT DISTINCT (cluster, day, hub, username, usergroup)
      )`);

    // username NULL: cost of the hub's component that no user bears (idle, excluded hubs, components nobody shares).
    // Per cluster and day, direct_usd + shared_usd add up to attributed_costs, by component too.
    await queryRunner.query(`
      CREATE TABLE user_costs (
        cluster    text COLLATE "C" NOT NULL,
        day        date NOT NULL,
        hub        text COLLATE "C" NOT NULL,
        username   text COLLATE "C",
        component  text COLLATE "C" NOT NULL,
        direct_usd numeric(20,10) NOT NULL,
        shared_usd numeric(20,10) NOT NULL,
        run_id     bigint NOT NULL,
        UNIQUE NULLS NOT DISTINCT (cluster, day, hub, component, username)
      )`);

    await queryRunner.query(`
      CREATE TABLE allocation_days (
        cluster       text COLLATE "C" NOT NULL,
        day           date NOT NULL,
        allocation    text NOT NULL CHECK (allocation IN ('hub', 'cluster')),
        excluded_hubs text[] NOT NULL,
        run_id        bigint NOT NULL REFERENCES sync_runs (id),
        PRIMARY KEY (cluster, day),
        FOREIGN KEY (cluster, day) REFERENCES account_costs (cluster, day)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE allocation_days, user_costs, group_memberships, user_usage, usage_days, cost_restatements,
        attributed_costs, account_costs, sync_runs`);
  }
}
