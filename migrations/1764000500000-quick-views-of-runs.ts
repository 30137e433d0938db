import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Views of the runs whose cost does not grow with the number of runs, of which there are nine a day and cluster. The
 * view before computed the last success for every run before it kept one; DISTINCT read every run there was. Both now
 * step through the index (cluster, source, started_at) from one cluster or source to the next:
 * https://wiki.postgresql.org/wiki/Loose_indexscan
 */
export class QuickViewsOfRuns1764000500000 implements MigrationInterface {
  name = 'QuickViewsOfRuns1764000500000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE VIEW reporting.clusters AS
      WITH RECURSIVE known AS (
        (SELECT cluster FROM sync_runs ORDER BY cluster LIMIT 1)
        UNION ALL
        SELECT following.cluster
        FROM known CROSS JOIN LATERAL (
          SELECT cluster FROM sync_runs WHERE cluster > known.cluster ORDER BY cluster LIMIT 1
        ) following
      )
      SELECT cluster FROM known`);
    await queryRunner.query(`COMMENT ON VIEW reporting.clusters IS 'Every cluster that a sync was ever started for'`);
    await queryRunner.query(`COMMENT ON COLUMN reporting.clusters.cluster IS 'Name of the cluster'`);
    // Runs of a source hold the cluster's lock and do not overlap: the last that started is the last that ended.
    await queryRunner.query(`
      CREATE OR REPLACE VIEW reporting.sync_status AS
      WITH RECURSIVE known AS (
        (SELECT cluster, source FROM sync_runs ORDER BY cluster, source LIMIT 1)
        UNION ALL
        SELECT following.cluster, following.source
        FROM known CROSS JOIN LATERAL (
          SELECT cluster, source FROM sync_runs WHERE (cluster, source) > (known.cluster, known.source)
          ORDER BY cluster, source LIMIT 1
        ) following
      )
      SELECT known.cluster, known.source, latest.status AS last_status, latest.started_at AS last_started_at,
        latest.error AS last_error, good.finished_at AS last_success_at
      FROM known
      CROSS JOIN LATERAL (
        SELECT status, started_at, error FROM sync_runs
        WHERE cluster = known.cluster AND source = known.source AND status <> 'running'
        ORDER BY started_at DESC, id DESC LIMIT 1
      ) latest
      LEFT JOIN LATERAL (
        SELECT finished_at FROM sync_runs
        WHERE cluster = known.cluster AND source = known.source AND status = 'succeeded'
        ORDER BY started_at DESC, id DESC LIMIT 1
      ) good ON true`);
  }

  /** The quicker sync_status stays: it says the same. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP VIEW reporting.clusters`);
  }
}
