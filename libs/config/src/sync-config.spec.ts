import { DEFAULT_ATTRIBUTION } from '#libs/domain';
import { ConfigurationError, type Environment } from './environment.js';
import { describeSyncSettings, parseSyncConfig } from './sync-config.js';

const complete: Environment = {
  DATABASE_URL: 'postgres://sync@db:5432/costs',
  CLUSTER_NAME: 'hub-cluster',
  PROMETHEUS_URL: 'http://prometheus:9090',
};

function faultsOf(environment: Environment): readonly string[] {
  try {
    parseSyncConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

const variablesOf = (faults: readonly string[]) => faults.map((fault) => fault.split(':')[0]).sort();

describe("the sync's configuration", () => {
  it('has a default for all but the database, the cluster and Prometheus', () => {
    expect(parseSyncConfig(complete)).toEqual({
      budgets: [],
      webhook: undefined,
      databaseUrl: 'postgres://sync@db:5432/costs',
      clusterName: 'hub-cluster',
      prometheus: {
        url: 'http://prometheus:9090',
        username: undefined,
        password: undefined,
        bearerToken: undefined,
        tenant: undefined,
        sigv4Region: undefined,
        selector: undefined,
        metricsPrefix: 'jupyterhub',
        homeStorageLookbackSeconds: 259_200,
      },
      syncCron: '17 5,13,21 * * *',
      maxCostRequests: 100,
      costBasis: 'amortized',
      allocationPolicy: { allocation: 'hub', excludedHubs: ['binder'], idle: 'shared', policies: {} },
      computeMeasure: 'node_share',
      usageResolutionSeconds: 60,
      attribution: DEFAULT_ATTRIBUTION,
    });
  });

  it('takes an empty variable for an absent one', () => {
    const names = [
      'SUPPORT_PROMETHEUS_SERVER_SERVICE_HOST',
      'SUPPORT_PROMETHEUS_SERVER_SERVICE_PORT',
      'PROMETHEUS_USERNAME',
      'PROMETHEUS_PASSWORD',
      'PROMETHEUS_BEARER_TOKEN',
      'PROMETHEUS_TENANT',
      'PROMETHEUS_SIGV4_REGION',
      'PROMETHEUS_SELECTOR',
      'JUPYTERHUB_METRICS_PREFIX',
      'HOME_STORAGE_LOOKBACK',
      'SYNC_CRON',
      'SYNC_MAX_REQUESTS',
      'COST_BASIS',
      'ALLOCATION',
      'EXCLUDED_HUBS',
      'IDLE',
      'COMPUTE_MEASURE',
      'USAGE_RESOLUTION',
      'ATTRIBUTION_FILE',
    ];
    const empty = Object.fromEntries(names.map((name) => [name, '']));
    expect(parseSyncConfig({ ...complete, ...empty })).toEqual(parseSyncConfig(complete));
    expect(variablesOf(faultsOf({ DATABASE_URL: '', CLUSTER_NAME: '', PROMETHEUS_URL: '' }))).toEqual([
      'CLUSTER_NAME',
      'DATABASE_URL',
      'PROMETHEUS_URL',
    ]);
  });

  it('names every variable that is missing, malformed or contradicts another, all at once', () => {
    const faults = faultsOf({
      DATABASE_URL: 'mysql://db/costs',
      PROMETHEUS_URL: 'prometheus:9090',
      SUPPORT_PROMETHEUS_SERVER_SERVICE_HOST: 'not a host',
      SUPPORT_PROMETHEUS_SERVER_SERVICE_PORT: '65536',
      PROMETHEUS_BEARER_TOKEN: 'token',
      PROMETHEUS_USERNAME: 'reader',
      SYNC_CRON: 'every day',
      COST_BASIS: 'blended',
      ALLOCATION: 'user',
      USAGE_RESOLUTION: '7m',
      ATTRIBUTION_FILE: '/does/not/exist.json',
    });
    expect(variablesOf(faults)).toEqual([
      'ALLOCATION',
      'ATTRIBUTION_FILE',
      'CLUSTER_NAME',
      'COST_BASIS',
      'DATABASE_URL',
      'PROMETHEUS_BEARER_TOKEN',
      'PROMETHEUS_PASSWORD',
      'PROMETHEUS_URL',
      'SUPPORT_PROMETHEUS_SERVER_SERVICE_HOST',
      'SUPPORT_PROMETHEUS_SERVER_SERVICE_PORT',
      'SYNC_CRON',
      'USAGE_RESOLUTION',
    ]);
    expect(faults).toContain('CLUSTER_NAME: is required: the name of the cluster, as in its cost allocation tags');
    expect(faults).toContain('COST_BASIS: must be one of amortized, unblended, net_amortized, net_unblended');
  });

  it('never repeats the value of a variable, which may be a secret', () => {
    const secret = 'hunter2';
    const names = [...Object.keys(complete), 'PROMETHEUS_PASSWORD', 'PROMETHEUS_BEARER_TOKEN', 'PROMETHEUS_USERNAME'];
    const environment = Object.fromEntries(
      [...names, 'SYNC_CRON', 'COST_BASIS', 'ALLOCATION', 'USAGE_RESOLUTION'].map((name) => [name, `${secret};!`]),
    );
    const faults = faultsOf(environment);
    expect(faults.length).toBeGreaterThanOrEqual(8);
    expect(faults.join('\n')).not.toContain(secret);
    expect(faultsOf({ ...complete, PROMETHEUS_PASSWORD: secret }).join()).not.toContain(secret);
  });

  it.each<[string, Environment, string]>([
    [
      'a password without its user',
      { PROMETHEUS_PASSWORD: 'p' },
      'PROMETHEUS_USERNAME: is required with PROMETHEUS_PASSWORD',
    ],
    [
      'a user without a password',
      { PROMETHEUS_USERNAME: 'u' },
      'PROMETHEUS_PASSWORD: is required with PROMETHEUS_USERNAME',
    ],
    [
      'two ways to be let in',
      { PROMETHEUS_USERNAME: 'u', PROMETHEUS_PASSWORD: 'p', PROMETHEUS_BEARER_TOKEN: 't' },
      'PROMETHEUS_BEARER_TOKEN: contradicts PROMETHEUS_USERNAME; set one of the two',
    ],
    [
      'a signature and a token',
      { PROMETHEUS_SIGV4_REGION: 'us-west-2', PROMETHEUS_BEARER_TOKEN: 't' },
      'PROMETHEUS_SIGV4_REGION: contradicts PROMETHEUS_BEARER_TOKEN; a signature takes their place',
    ],
    [
      'a signature and a password',
      { PROMETHEUS_SIGV4_REGION: 'us-west-2', PROMETHEUS_USERNAME: 'u', PROMETHEUS_PASSWORD: 'p' },
      'PROMETHEUS_SIGV4_REGION: contradicts PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD; a signature takes their place',
    ],
    [
      'what is no region',
      { PROMETHEUS_SIGV4_REGION: 'us-west-2a' },
      'PROMETHEUS_SIGV4_REGION: must be an AWS region such as us-west-2',
    ],
  ])('refuses %s', (_what, more, fault) => expect(faultsOf({ ...complete, ...more })).toEqual([fault]));

  it('finds Prometheus by the variables that Kubernetes gives of a service, unless it has a URL', () => {
    const { PROMETHEUS_URL: _url, ...rest } = complete;
    const service = { ...rest, SUPPORT_PROMETHEUS_SERVER_SERVICE_HOST: '10.100.3.7' };
    const urlOf = (environment: Environment) => parseSyncConfig(environment).prometheus.url;
    expect(urlOf(service)).toBe('http://10.100.3.7:9090');
    expect(urlOf({ ...service, SUPPORT_PROMETHEUS_SERVER_SERVICE_PORT: '80' })).toBe('http://10.100.3.7:80');
    expect(urlOf({ ...rest, SUPPORT_PROMETHEUS_SERVER_SERVICE_HOST: 'fd00::7' })).toBe('http://[fd00::7]:9090');
    expect(urlOf({ ...service, PROMETHEUS_URL: 'https://mimir/prometheus' })).toBe('https://mimir/prometheus');
  });

  it.each([
    ['15s', 15],
    ['30s', 30],
    ['1m', 60],
    ['5m', 300],
    ['1h', 3600],
  ])('reads the duration %s', (text, seconds) => {
    expect(parseSyncConfig({ ...complete, USAGE_RESOLUTION: text }).usageResolutionSeconds).toBe(seconds);
  });

  it.each([
    'cluster="eu"',
    ' cluster = "eu" , region=~"a|b", zone!="x",other!~"y.*"',
    'cluster=""',
    'cluster="a \\"quoted\\" } name"',
  ])('takes the selector %s', (selector) => {
    expect(parseSyncConfig({ ...complete, PROMETHEUS_SELECTOR: selector }).prometheus.selector).toBe(selector.trim());
  });

  it.each([
    '{cluster="eu"}',
    'cluster=eu',
    "cluster='eu'",
    'cluster="eu',
    'cluster="eu"} or vector(1) #',
    'cluster="eu",',
    'a-b="c"',
    '__name__="up"',
    'cluster=="eu"',
    'cluster="e\nu"',
  ])('refuses the selector %s', (selector) => {
    expect(faultsOf({ ...complete, PROMETHEUS_SELECTOR: selector })).toEqual([
      expect.stringMatching(
        /^PROMETHEUS_SELECTOR: must be label matchers of PromQL without braces, such as cluster="eu"/,
      ),
    ]);
  });

  it.each([
    ['1h', 3600],
    ['72h', 259_200],
    ['30d', 2_592_000],
  ])('lets directory sizes last for %s', (text, seconds) => {
    expect(parseSyncConfig({ ...complete, HOME_STORAGE_LOOKBACK: text }).prometheus.homeStorageLookbackSeconds).toBe(
      seconds,
    );
  });

  it.each(['3', '0d', '31d', '5m', '1.5d', '-1h', '1w'])('refuses that they last for %s', (text) => {
    expect(faultsOf({ ...complete, HOME_STORAGE_LOOKBACK: text })).toEqual([
      'HOME_STORAGE_LOOKBACK: must be a duration from 1h to 30d, such as 3d',
    ]);
  });

  it.each(['jupyterhub-prod', '1hub', 'a b', 'x{}'])('refuses the prefix %s of metrics', (text) => {
    expect(faultsOf({ ...complete, JUPYTERHUB_METRICS_PREFIX: text })).toEqual([
      'JUPYTERHUB_METRICS_PREFIX: must be the beginning of metric names, such as jupyterhub',
    ]);
  });

  it.each(['60', '5', 'm', '14s', '7m', '50m', '2h', '1d', '0m', '-5m', '1.5m', '5 m', '5M'])(
    'refuses the duration %j',
    (text) => {
      expect(faultsOf({ ...complete, USAGE_RESOLUTION: text })).toEqual([
        'USAGE_RESOLUTION: must be a duration from 15s to 1h that divides a day, such as 1m or 5m',
      ]);
    },
  );

  it('takes a budget of requests that is enough for one reading', () => {
    expect(parseSyncConfig({ ...complete, SYNC_MAX_REQUESTS: '6' }).maxCostRequests).toBe(6);
  });

  it.each(['5', '0', '-1', '1.5', '1e3', 'ten', '100000'])('refuses the budget %j', (text) => {
    expect(faultsOf({ ...complete, SYNC_MAX_REQUESTS: text })).toEqual([
      'SYNC_MAX_REQUESTS: must be a number of requests from 6 to 99999',
    ]);
  });

  it('lists excluded hubs in one order, each once, so that the same policy is the same text', () => {
    const hubsOf = (text: string) =>
      parseSyncConfig({ ...complete, EXCLUDED_HUBS: text }).allocationPolicy.excludedHubs;
    expect(hubsOf(' workshop, binder ,,workshop')).toEqual(['binder', 'workshop']);
    expect(hubsOf(',')).toEqual([]);
  });

  it('takes a webhook with the secret that its alerts are signed with, and neither alone', () => {
    const webhook = { url: 'https://hooks.example.org/alerts', secret: 's3cret' };
    const both = { ALERT_WEBHOOK_URL: webhook.url, ALERT_WEBHOOK_SECRET: webhook.secret };
    expect(parseSyncConfig({ ...complete, ...both }).webhook).toEqual(webhook);
    expect(faultsOf({ ...complete, ...both, ALERT_WEBHOOK_SECRET: '' })).toEqual([
      'ALERT_WEBHOOK_SECRET: is required with ALERT_WEBHOOK_URL',
    ]);
    expect(faultsOf({ ...complete, ALERT_WEBHOOK_SECRET: 's3cret' })).toEqual([
      'ALERT_WEBHOOK_URL: is required with ALERT_WEBHOOK_SECRET',
    ]);
    expect(faultsOf({ ...complete, ...both, ALERT_WEBHOOK_URL: 'https://a:b@hooks.example.org' })).toEqual([
      'ALERT_WEBHOOK_URL: must be a URL without a username, such as https://hooks.example.org/alerts',
    ]);
  });

  it('names the faults of a budgets file beside its own', () => {
    expect(faultsOf({ ...complete, BUDGETS_FILE: '/nowhere/budgets.yaml', COST_BASIS: 'gross' })).toEqual([
      expect.stringMatching(/^COST_BASIS: /),
      'BUDGETS_FILE: /nowhere/budgets.yaml: cannot be read: ENOENT',
    ]);
  });

  it('cannot be changed once it is read', () => {
    const config = parseSyncConfig(complete);
    const change = () => ((config.attribution.core.nodeServices as string[])[0] = 'changed');
    expect(change).toThrow(TypeError);
  });
});

describe('the settings in force', () => {
  it('are what the environment says and the defaults, with no secret', () => {
    const settings = describeSyncSettings({
      DATABASE_URL: 'postgres://costs:s3cret@db:5432/costs?sslmode=require&password=s3cret',
      CLUSTER_NAME: 'hub-cluster',
      PROMETHEUS_URL: 'https://user:s3cret@prometheus:9090/api?token=s3cret',
      PROMETHEUS_PASSWORD: 's3cret',
      PROMETHEUS_BEARER_TOKEN: 's3cret',
      ALERT_WEBHOOK_URL: 'https://hooks.example.org/services/s3cret',
      ALERT_WEBHOOK_SECRET: 's3cret',
      ALLOCATION: 'cluster',
      EXCLUDED_HUBS: '',
      HOME: '/root',
    });
    expect(settings).toEqual(
      expect.arrayContaining([
        'DATABASE_URL=postgres://costs@db:5432/costs',
        'CLUSTER_NAME=hub-cluster',
        'PROMETHEUS_URL=https://prometheus:9090/api',
        'PROMETHEUS_PASSWORD=(set)',
        'PROMETHEUS_BEARER_TOKEN=(set)',
        'ALLOCATION=cluster',
        'EXCLUDED_HUBS=binder (default)',
        'USAGE_RESOLUTION=1m (default)',
        'COST_BASIS=amortized (default)',
      ]),
    );
    expect(settings.join()).not.toMatch(/s3cret|HOME=|TENANT/);
  });

  it('show nothing of an address that cannot be parsed', () => {
    expect(describeSyncSettings({ DATABASE_URL: 'postgres://costs:s3%cr/et#@db/costs' })).toContain(
      'DATABASE_URL=(set)',
    );
  });
});
