import { registerAs } from '@nestjs/config';
import { z } from 'zod';
import { readApiTokensFile, type ApiToken } from './api-tokens-file.js';
import { databaseUrl } from './database-url.js';
import { ConfigurationError, deepFreeze, parseEnvironment, type Environment } from './environment.js';
import { readHubsFile, type JupyterHub } from './hubs-file.js';
import { describeSettings } from './settings.js';
import { basePath, clusterName, listenAddress, poolSize, port, sessionKeys } from './variables.js';

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
  /** Whose users may log in. */
  readonly hubs?: readonly JupyterHub[] | undefined;
  /** What sessions are encrypted with, as base64, the newest first; undefined: a key that ends with the process. */
  readonly sessionKeys?: readonly string[] | undefined;
  /** What stands before every path, unless a proxy took it away. */
  readonly basePath?: string | undefined;
}

const apiVariables = z.object({
  DATABASE_URL: databaseUrl,
  DATABASE_POOL_SIZE: poolSize.default(10),
  PORT: port.default(8080),
  HOST: listenAddress.optional(),
  METRICS_PORT: port.optional(),
  CLUSTER_NAME: clusterName.optional(),
  API_TOKENS_FILE: z.string().optional(),
  HUBS_FILE: z.string().optional(),
  SESSION_KEY: sessionKeys.optional(),
  BASE_PATH: basePath.optional(),
  // Set by a JupyterHub that runs this service.
  JUPYTERHUB_SERVICE_PREFIX: basePath.optional(),
});

/** Names of the variables that the API knows. */
export const API_VARIABLES: readonly string[] = Object.keys(apiVariables.shape).filter(
  (name) => !name.startsWith('JUPYTERHUB_'),
);

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
  const hubsPath = environment['HUBS_FILE'];
  const hubsFile = hubsPath ? readHubsFile(hubsPath, environment) : { hubs: undefined };
  if ('faults' in hubsFile) all.push(...hubsFile.faults.map((fault) => `HUBS_FILE: ${fault}`));
  if (hubsPath && !environment['SESSION_KEY']) all.push('SESSION_KEY: is required with HUBS_FILE');
  if (!variables || 'faults' in file || 'faults' in hubsFile || all.length > 0) throw new ConfigurationError(all);
  return deepFreeze({
    databaseUrl: variables.DATABASE_URL,
    databasePoolSize: variables.DATABASE_POOL_SIZE,
    port: variables.PORT,
    host: variables.HOST,
    metricsPort: variables.METRICS_PORT,
    clusterName: variables.CLUSTER_NAME,
    tokens: file.tokens,
    hubs: hubsFile.hubs,
    sessionKeys: variables.SESSION_KEY,
    basePath: variables.BASE_PATH ?? variables.JUPYTERHUB_SERVICE_PREFIX,
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
