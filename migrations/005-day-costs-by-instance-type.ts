import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the baseline has from version 0.3.0 on: the rollup by day keeps instance types apart. Only a database that 0.2 made lacks it.
 */
export class DayCostsByInstanceType1796169600000 implements MigrationInterface {
  name = 'DayCostsByInstanceType1796169600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    if (await queryRunner.hasColumn('day_costs', 'instance_type')) return;
    for (const statement of BY_INSTANCE_TYPE) await queryRunner.query(statement);
  }

  /** Version 0.4 has the column too. */
  down(): Promise<void> {
    return Promise.resolve();
  }
}

const BY_INSTANCE_TYPE = [
  `DELETE FROM day_costs`,
  `ALTER TABLE day_costs DROP CONSTRAINT day_costs_cluster_day_hub_component_usergroups_reason_key`,
  `ALTER TABLE day_costs ADD COLUMN instance_type text COLLATE "C" NOT NULL DEFAULT ''`,
  `ALTER TABLE day_costs ADD UNIQUE NULLS NOT DISTINCT (cluster, day, hub, component, instance_type, usergroups, reason)`,
  `INSERT INTO day_costs (cluster, day, hub, component, instance_type, usergroups, reason, direct_usd, shared_usd, idle_usd,
     direct_idle_usd, shares_idle)
   SELECT cluster, day, hub, component, instance_type, usergroups, reason, sum(direct_usd), sum(shared_usd), sum(idle_usd),
     sum(direct_idle_usd), bool_and(shares_idle)
   FROM user_costs
   GROUP BY cluster, day, hub, component, instance_type, usergroups, reason`,
];
