import { z } from 'zod';
import { parseEnvironment, type Environment } from './environment.js';
import { databaseUrl } from './database-url.js';
import { clusterName } from './variables.js';

/** For migrating: the database alone. @throws ConfigurationError */
export function parseDatabaseUrl(environment: Environment): string {
  return parseEnvironment(z.object({ DATABASE_URL: databaseUrl }), environment).DATABASE_URL;
}

/** For work on what is stored of a cluster. @throws ConfigurationError */
export function parseStoredCluster(environment: Environment): { databaseUrl: string; clusterName: string } {
  const variables = z.object({ DATABASE_URL: databaseUrl, CLUSTER_NAME: clusterName });
  const { DATABASE_URL, CLUSTER_NAME } = parseEnvironment(variables, environment);
  return { databaseUrl: DATABASE_URL, clusterName: CLUSTER_NAME };
}
