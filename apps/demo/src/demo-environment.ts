import { join } from 'node:path';
import type { Environment } from '#libs/config';
import { DEMO_RESOLUTION_SECONDS, type DemoCluster } from './start-cluster.js';

/**
 * The environment that an operator would set, pointing at the demo's own servers. Only PORT is taken from outside, so
 * that no real account is ever read.
 */
export function demoEnvironment(outside: Environment, databaseUrl: string, cluster: DemoCluster): Environment {
  const { simulator, prometheusUrl } = cluster;
  return {
    DATABASE_URL: databaseUrl,
    CLUSTER_NAME: simulator.estate.options.clusterName,
    // The sync demands one; without a Prometheus nothing is sent to it.
    PROMETHEUS_URL: prometheusUrl ?? 'http://prometheus.invalid',
    // The hub whose tag is not the name of its namespace. npm runs the demo, and the tests, in the root of the project.
    ATTRIBUTION_FILE: join('apps', 'demo', 'attribution.json'),
    BUDGETS_FILE: join('apps', 'demo', 'budgets.yaml'),
    USAGE_RESOLUTION: `${DEMO_RESOLUTION_SECONDS}s`,
    PORT: outside['PORT'],
    AWS_ENDPOINT_URL_COST_EXPLORER: simulator.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'demo',
    AWS_SECRET_ACCESS_KEY: 'demo',
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
  };
}

/** The AWS SDK reads its settings from the process. */
export function applyAwsSettings(environment: Environment): void {
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('AWS_')) continue;
    if (value) process.env[name] = value;
    else delete process.env[name];
  }
}
