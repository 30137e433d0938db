import type { Statement } from './statement.js';

/** The clusters that anything was ever read for: rows {cluster}, at most two, which tells "the only one" from several. */
export function firstTwoClusters(): Statement {
  return {
    cluster: undefined,
    text: `SELECT cluster FROM reporting.clusters LIMIT 2`,
    values: [],
  };
}

/** Whether anything was ever read for a cluster of this name: rows {cluster}, one or none. */
export function findCluster(cluster: string): Statement {
  return { cluster, text: `SELECT cluster FROM reporting.clusters WHERE cluster = $1`, values: [cluster] };
}
