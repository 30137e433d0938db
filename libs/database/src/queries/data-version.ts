import type { Statement } from './statement.js';

/**
 * What changes whenever a figure of the cluster does: rows {version}, one or none. The id of the last run that changed days
 * and how many it has changed so far; runs of a cluster do not overlap. Without a cluster: of all of them, and how many
 * there are, since a request without a cluster means the only one.
 */
export function dataVersion(cluster: string | undefined): Statement {
  if (cluster === undefined) return { cluster, text: VERSION_OF_ALL, values: [] };
  return { cluster, text: VERSION, values: [cluster] };
}

const VERSION = `
  SELECT concat(id, '.', days_changed) AS version
  FROM reporting.sync_runs WHERE cluster = $1 AND days_changed > 0 ORDER BY id DESC LIMIT 1`;

const VERSION_OF_ALL = `
  SELECT concat((SELECT count(*) FROM reporting.clusters), '.', max(id), '.', sum(days_changed)) AS version
  FROM (SELECT id, days_changed FROM reporting.sync_runs WHERE days_changed > 0 ORDER BY id DESC LIMIT 10) latest`;
