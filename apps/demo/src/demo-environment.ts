import type { Environment } from '#libs/config';
import { DEMO_RESOLUTION_SECONDS, type DemoCluster } from './start-cluster.js';

/**
 * The environment that an operator would set, pointing at the demo's own servers. Only PORT is taken from outside, so
 * that no real account is ever asked.
 */
export function demoEnvironment(outside: Environment, databaseUrl: string, cluster: DemoCluster): Environment {
  return {
    DATABASE_URL: databaseUrl,
    CLUSTER_NAME: cluster.clusterName,
    PROMETHEUS_URL: cluster.prometheusUrl,
    USAGE_RESOLUTION: `${DEMO_RESOLUTION_SECONDS}s`,
    PORT: outside['PORT'],
    AWS_ENDPOINT_URL_COST_EXPLORER: cluster.costExplorerUrl,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'demo',
    AWS_SECRET_ACCESS_KEY: 'demo',
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
  };
}
