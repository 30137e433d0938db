export { API_VARIABLES, apiConfig, describeApiSettings, parseApiConfig, type ApiConfig } from './api-config.js';
export { isTokenName, type ApiToken } from './api-tokens-file.js';
export { parseDatabaseUrl, parseStoredCluster } from './database-config.js';
export type { JupyterHub } from './hubs-file.js';
export { ConfigurationError, type Environment } from './environment.js';
export { likelyName } from './likely-names.js';
export {
  describeSyncSettings,
  parseSyncConfig,
  SYNC_VARIABLES,
  syncConfig,
  type PrometheusConfig,
  type SyncConfig,
  type WebhookConfig,
} from './sync-config.js';
export { warnOfVariables } from './warn-of-variables.js';
