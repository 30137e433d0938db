import { registerAs } from '@nestjs/config';
import {
  ALLOCATIONS,
  COMPUTE_MEASURES,
  COST_BASES,
  IDLE_FORMS,
  type AllocationPolicy,
  type AttributionConfig,
  type Budget,
  type ComputeMeasure,
  type CostBasis,
} from '#libs/domain';
import { validateCronExpression } from 'cron';
import { z } from 'zod';
import { readAttributionFile } from './attribution-file.js';
import { readBudgetsFile } from './budgets-file.js';
import { databaseUrl } from './database-url.js';
import { ConfigurationError, deepFreeze, parseEnvironment, type Environment } from './environment.js';
import { describeSettings } from './settings.js';
import {
  awsRegion,
  clusterName,
  hostName,
  httpUrl,
  labelMatchers,
  lookbackSeconds,
  metricsPrefix,
  nameList,
  port,
  requestCount,
  resolutionSeconds,
  webhookUrl,
} from './variables.js';

/** Where Prometheus is and how to be let in. */
export interface PrometheusConfig {
  readonly url: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly bearerToken: string | undefined;
  /** Sent as X-Scope-OrgID, the tenant header of Mimir and Cortex. */
  readonly tenant: string | undefined;
  /** Requests are signed for Amazon Managed Service for Prometheus in this region. */
  readonly sigv4Region?: string | undefined;
  /** Label matchers that are part of every selector, such as `cluster="eu"`. */
  readonly selector?: string | undefined;
  /** What the names of the groups exporter's metrics begin with. */
  readonly metricsPrefix?: string | undefined;
  /** How long a home directory has the size that was last seen. */
  readonly homeStorageLookbackSeconds?: number | undefined;
}

/** All that the sync knows of its environment; AWS's own variables are read by the SDK. */
export interface SyncConfig {
  readonly databaseUrl: string;
  readonly clusterName: string;
  readonly prometheus: PrometheusConfig;
  /** Cron expression, in UTC. */
  readonly syncCron: string;
  /** A run sends no more requests to Cost Explorer than this, retries and pages included. */
  readonly maxCostRequests: number;
  readonly costBasis: CostBasis;
  /** Without the measures that divide: those are libs/prometheus's. */
  readonly allocationPolicy: Omit<AllocationPolicy, 'dividedBy'>;
  readonly computeMeasure: ComputeMeasure;
  readonly usageResolutionSeconds: number;
  readonly attribution: AttributionConfig;
  readonly budgets: readonly Budget[];
  readonly webhook: WebhookConfig | undefined;
}

/** Where alerts are sent, and what they are signed with. */
export interface WebhookConfig {
  readonly url: string;
  readonly secret: string;
}

const syncVariables = z.object({
  DATABASE_URL: databaseUrl,
  CLUSTER_NAME: clusterName,
  PROMETHEUS_URL: httpUrl.optional(),
  SUPPORT_PROMETHEUS_SERVER_SERVICE_HOST: hostName.optional(),
  SUPPORT_PROMETHEUS_SERVER_SERVICE_PORT: port.optional(),
  PROMETHEUS_USERNAME: z.string().optional(),
  PROMETHEUS_PASSWORD: z.string().optional(),
  PROMETHEUS_BEARER_TOKEN: z.string().optional(),
  PROMETHEUS_TENANT: z.string().optional(),
  PROMETHEUS_SIGV4_REGION: awsRegion.optional(),
  PROMETHEUS_SELECTOR: labelMatchers.optional(),
  JUPYTERHUB_METRICS_PREFIX: metricsPrefix.default('jupyterhub'),
  HOME_STORAGE_LOOKBACK: lookbackSeconds.prefault('3d'),
  // Cost Explorer refreshes up to three times a day; 17 minutes past, since everybody asks on the hour.
  SYNC_CRON: z
    .string()
    .refine((text) => validateCronExpression(text).valid, 'must be a cron expression such as 17 5,13,21 * * *')
    .default('17 5,13,21 * * *'),
  // A cent each. A run takes six, more where answers come in pages or are tried again.
  SYNC_MAX_REQUESTS: requestCount.default(100),
  COST_BASIS: z.enum(COST_BASES, `must be one of ${COST_BASES.join(', ')}`).default('amortized'),
  ALLOCATION: z.enum(ALLOCATIONS, `must be one of ${ALLOCATIONS.join(', ')}`).default('hub'),
  EXCLUDED_HUBS: nameList.default(['binder']),
  IDLE: z.enum(IDLE_FORMS, `must be one of ${IDLE_FORMS.join(', ')}`).default('shared'),
  COMPUTE_MEASURE: z.enum(COMPUTE_MEASURES, `must be one of ${COMPUTE_MEASURES.join(', ')}`).default('node_share'),
  USAGE_RESOLUTION: resolutionSeconds.prefault('1m'),
  ATTRIBUTION_FILE: z.string().optional(),
  BUDGETS_FILE: z.string().optional(),
  ALERT_WEBHOOK_URL: webhookUrl.optional(),
  ALERT_WEBHOOK_SECRET: z.string().optional(),
});

/** Names of the variables that the sync knows. */
export const SYNC_VARIABLES: readonly string[] = Object.keys(syncVariables.shape);

/** What the sync runs with, fit for a log. */
export function describeSyncSettings(environment: Environment): string[] {
  return describeSettings(syncVariables, environment);
}

type SyncVariables = z.infer<typeof syncVariables>;

/** @throws ConfigurationError naming every variable that is missing, malformed or contradicts another. */
export function parseSyncConfig(environment: Environment): SyncConfig {
  const path = environment['ATTRIBUTION_FILE'] || undefined;
  const file = readAttributionFile(path);
  const fileFaults = 'faults' in file ? file.faults.map((fault) => `ATTRIBUTION_FILE: ${path}: ${fault}`) : [];
  const budgetsPath = environment['BUDGETS_FILE'] || undefined;
  const budgets = readBudgetsFile(budgetsPath);
  if ('faults' in budgets) fileFaults.push(...budgets.faults.map((fault) => `BUDGETS_FILE: ${budgetsPath}: ${fault}`));
  const { variables, faults } = parseVariables(environment);
  const all = [...faults, ...contradictions(environment), ...fileFaults];
  if (all.length > 0 || !variables || 'faults' in file || 'faults' in budgets) throw new ConfigurationError(all);
  return deepFreeze({
    databaseUrl: variables.DATABASE_URL,
    clusterName: variables.CLUSTER_NAME,
    prometheus: {
      url: prometheusUrl(variables),
      username: variables.PROMETHEUS_USERNAME,
      password: variables.PROMETHEUS_PASSWORD,
      bearerToken: variables.PROMETHEUS_BEARER_TOKEN,
      tenant: variables.PROMETHEUS_TENANT,
      sigv4Region: variables.PROMETHEUS_SIGV4_REGION,
      selector: variables.PROMETHEUS_SELECTOR,
      metricsPrefix: variables.JUPYTERHUB_METRICS_PREFIX,
      homeStorageLookbackSeconds: variables.HOME_STORAGE_LOOKBACK,
    },
    syncCron: variables.SYNC_CRON,
    maxCostRequests: variables.SYNC_MAX_REQUESTS,
    costBasis: variables.COST_BASIS,
    allocationPolicy: {
      allocation: variables.ALLOCATION,
      excludedHubs: [...variables.EXCLUDED_HUBS].sort(),
      idle: variables.IDLE,
      policies: file.policies,
    },
    computeMeasure: variables.COMPUTE_MEASURE,
    usageResolutionSeconds: variables.USAGE_RESOLUTION,
    attribution: file.attribution,
    budgets,
    webhook: webhookOf(variables),
  });
}

function parseVariables(environment: Environment): { variables?: SyncVariables; faults: readonly string[] } {
  try {
    return { variables: parseEnvironment(syncVariables, environment), faults: [] };
  } catch (error) {
    if (error instanceof ConfigurationError) return { faults: error.faults };
    throw error;
  }
}

/** Faults that lie between variables: asked of the raw environment, so that they are named beside all the others. */
function contradictions(environment: Environment): string[] {
  const has = (name: string) => (environment[name] ?? '') !== '';
  const faults: string[] = [];
  if (!has('PROMETHEUS_URL') && !has('SUPPORT_PROMETHEUS_SERVER_SERVICE_HOST')) {
    faults.push('PROMETHEUS_URL: is required: a URL such as http://prometheus:9090');
  }
  if (has('PROMETHEUS_USERNAME') !== has('PROMETHEUS_PASSWORD')) {
    const [given, missing] = has('PROMETHEUS_USERNAME') ? ['USERNAME', 'PASSWORD'] : ['PASSWORD', 'USERNAME'];
    faults.push(`PROMETHEUS_${missing}: is required with PROMETHEUS_${given}`);
  }
  if (has('ALERT_WEBHOOK_URL') !== has('ALERT_WEBHOOK_SECRET')) {
    const [given, missing] = has('ALERT_WEBHOOK_URL') ? ['URL', 'SECRET'] : ['SECRET', 'URL'];
    faults.push(`ALERT_WEBHOOK_${missing}: is required with ALERT_WEBHOOK_${given}`);
  }
  if (has('PROMETHEUS_BEARER_TOKEN') && has('PROMETHEUS_USERNAME')) {
    faults.push('PROMETHEUS_BEARER_TOKEN: contradicts PROMETHEUS_USERNAME; set one of the two');
  }
  const passwords = ['PROMETHEUS_USERNAME', 'PROMETHEUS_PASSWORD', 'PROMETHEUS_BEARER_TOKEN'].filter(has);
  if (has('PROMETHEUS_SIGV4_REGION') && passwords.length > 0) {
    faults.push(`PROMETHEUS_SIGV4_REGION: contradicts ${passwords.join(' and ')}; a signature takes their place`);
  }
  return faults;
}

function webhookOf({ ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: secret }: SyncVariables): WebhookConfig | undefined {
  return url === undefined || secret === undefined ? undefined : { url, secret };
}

function prometheusUrl(variables: SyncVariables): string {
  const host = variables.SUPPORT_PROMETHEUS_SERVER_SERVICE_HOST;
  return variables.PROMETHEUS_URL ?? `http://${host}:${variables.SUPPORT_PROMETHEUS_SERVER_SERVICE_PORT ?? 9090}`;
}

/** The sync's configuration for injection: `@Inject(syncConfig.KEY) config: SyncConfig`. */
export const syncConfig = registerAs('sync', () => parseSyncConfig(process.env));
