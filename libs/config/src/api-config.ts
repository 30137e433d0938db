import { registerAs } from '@nestjs/config';
import { z } from 'zod';
import { readApiTokensFile, type ApiToken } from './api-tokens-file.js';
import { databaseUrl } from './database-url.js';
import { ConfigurationError, deepFreeze, parseEnvironment, type Environment } from './environment.js';
import { describeSettings } from './settings.js';
import { clusterName, listenAddress, poolSize, port } from './variables.js';

/** All that the API may know of its environment: no AWS, no Prometheus. */
export interface ApiConfig {
  readonly databaseUrl: string;
  /** Most connections to the database. */
  readonly databasePoolSize: number;
  readonly port: number;
  /** Where to listen; undefined: on every address. */
  readonly host?: string | undefined;
  /** Where `/metrics` is instead, open to whoever reaches this port. */
  readonly metricsPort?: number | undefined;
  /** Answers for this cluster when a request names none. */
  readonly clusterName: string | undefined;
  /** Who is let in; undefined: everybody who can reach the port. */
  readonly tokens: readonly ApiToken[] | undefined;
}

const apiVariables = z.object({
  DATABASE_URL: databaseUrl,
  DATABASE_POOL_SIZE: poolSize.default(10),
  PORT: port.default(8080),
  HOST: listenAddress.optional(),
  METRICS_PORT: port.optional(),
  CLUSTER_NAME: clusterName.optional(),
  API_TOKENS_FILE: z.string().optional(),
});

/** Names of the variables that the API knows. */
export const API_VARIABLES: readonly string[] = Object.keys(apiVariables.shape);

/** What the API runs with, fit for a log. */
export function describeApiSettings(environment: Environment): string[] {
  return describeSettings(apiVariables, environment);
}

type ApiVariables = z.infer<typeof apiVariables>;

/** Reads API_TOKENS_FILE, once. @throws ConfigurationError naming every faulty variable, and every fault of the file. */
export function parseApiConfig(environment: Environment): ApiConfig {
  const { variables, faults } = parseVariables(environment);
  const path = environment['API_TOKENS_FILE'];
  const file = path ? readApiTokensFile(path, environment['CLUSTER_NAME'] || undefined) : { tokens: undefined };
  const all = [...faults];
  if (variables && variables.METRICS_PORT === variables.PORT && variables.PORT !== 0) {
    all.push('METRICS_PORT: must be another port than PORT');
  }
  if (path === '') all.push('API_TOKENS_FILE: is empty: name the file, or unset the variable for an API open to all');
  if ('faults' in file) all.push(...file.faults.map((fault) => `API_TOKENS_FILE: ${fault}`));
  if (!variables || 'faults' in file || all.length > 0) throw new ConfigurationError(all);
  return deepFreeze({
    databaseUrl: variables.DATABASE_URL,
    databasePoolSize: variables.DATABASE_POOL_SIZE,
    port: variables.PORT,
    host: variables.HOST,
    metricsPort: variables.METRICS_PORT,
    clusterName: variables.CLUSTER_NAME,
    tokens: file.tokens,
  });
}

function parseVariables(environment: Environment): { variables?: ApiVariables; faults: readonly string[] } {
  try {
    return { variables: parseEnvironment(apiVariables, environment), faults: [] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { faults: error.faults };
  }
}

/** The API's configuration for injection: `@Inject(apiConfig.KEY) config: ApiConfig`. */
export const apiConfig = registerAs('api', () => parseApiConfig(process.env));
