import { registerAs } from '@nestjs/config';
import { z } from 'zod';
import { deepFreeze, parseEnvironment, type Environment } from './environment.js';
import { clusterName, databaseUrl, port } from './variables.js';

/** All that the API may know of its environment: no AWS, no Prometheus. */
export interface ApiConfig {
  readonly databaseUrl: string;
  readonly port: number;
  /** Answers for this cluster when a request names none. */
  readonly clusterName: string | undefined;
}

const apiVariables = z.object({
  DATABASE_URL: databaseUrl,
  PORT: port.default(8080),
  CLUSTER_NAME: clusterName.optional(),
});

/** @throws ConfigurationError naming every faulty variable. */
export function parseApiConfig(environment: Environment): ApiConfig {
  const variables = parseEnvironment(apiVariables, environment);
  return deepFreeze({
    databaseUrl: variables.DATABASE_URL,
    port: variables.PORT,
    clusterName: variables.CLUSTER_NAME,
  });
}

/** The API's configuration for injection: `@Inject(apiConfig.KEY) config: ApiConfig`. */
export const apiConfig = registerAs('api', () => parseApiConfig(process.env));
