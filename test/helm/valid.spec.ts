import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CHART, helm, podsOf, render, RENDERINGS, run, withValues, type KubernetesObject } from './chart.js';

const VALIDATE = process.env['TEST_KUBERNETES_VALIDATE'] ?? '';

/** None of them is deprecated in Kubernetes 1.29 or in the newest. */
const API_VERSIONS: Readonly<Record<string, readonly string[]>> = {
  v1: ['ConfigMap', 'Secret', 'Service', 'ServiceAccount'],
  'apps/v1': ['Deployment', 'StatefulSet'],
  'batch/v1': ['Job'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'policy/v1': ['PodDisruptionBudget'],
  'networking.k8s.io/v1': ['Ingress', 'NetworkPolicy'],
  'monitoring.coreos.com/v1': ['PrometheusRule', 'ServiceMonitor'],
};

describe.each(RENDERINGS)('%s', (_, args) => {
  let objects: KubernetesObject[];
  beforeAll(() => {
    objects = render(args);
  });

  it('passes helm lint --strict', () => {
    const { status, stdout, stderr } = helm(['lint', '--strict', CHART, ...args]);
    expect([status, stderr, stdout]).toEqual([0, '', expect.stringContaining('1 chart(s) linted, 0 chart(s) failed')]);
  });

  it.each(['1.29', 'newest'])('is valid for Kubernetes %s', (version) => {
    const file = join(mkdtempSync(join(tmpdir(), 'objects-')), 'objects.yaml');
    const known = objects.filter(({ apiVersion }) => !apiVersion.startsWith('monitoring.coreos.com/'));
    writeFileSync(file, known.map((object) => JSON.stringify(object)).join('\n---\n'));
    const { status, stdout, stderr } = run(VALIDATE, [
      '--strict',
      ...(version === 'newest' ? [] : ['-k', version]),
      file,
    ]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.match(/INFO .* passed/g)).toHaveLength(known.length);
  });

  it('has no object of a deprecated API, none twice, all in the namespace of the release', () => {
    for (const { apiVersion, kind } of objects)
      expect([apiVersion, API_VERSIONS[apiVersion]]).toEqual([apiVersion, expect.arrayContaining([kind])]);
    const names = objects.map(({ kind, metadata: { name } }) => `${kind} ${name}`);
    expect(names).toEqual([...new Set(names)]);
    expect(objects.filter(({ metadata }) => metadata.namespace !== 'support')).toEqual([]);
    expect(names.filter((name) => name.split(' ')[1]!.length > 63)).toEqual([]);
  });

  it('has pods without a token of Kubernetes, each with a NetworkPolicy that says whom it hears and reaches', () => {
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy').map(({ spec }) => spec);
    expect(podsOf(objects).length).toBeGreaterThanOrEqual(3);
    for (const { part, pod } of podsOf(objects)) {
      expect([part, pod.automountServiceAccountToken]).toEqual([part, false]);
      expect(policies).toContainEqual(
        expect.objectContaining({
          podSelector: { matchLabels: expect.objectContaining({ 'app.kubernetes.io/component': part }) },
          policyTypes: ['Ingress', 'Egress'],
        }),
      );
    }
  });
});

it('every container is restricted, on a read-only root file system, and has a limit of memory', () => {
  for (const [, args] of RENDERINGS) {
    for (const { pod } of podsOf(render(args))) {
      for (const { name, securityContext, resources } of [...(pod.initContainers ?? []), ...pod.containers]) {
        expect({ name, ...securityContext }).toMatchObject({
          name,
          runAsNonRoot: true,
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          seccompProfile: { type: 'RuntimeDefault' },
        });
        expect([name, resources]).toEqual([
          name,
          { requests: expect.anything(), limits: { memory: expect.any(String) } },
        ]);
      }
    }
  }
});

const HUB = {
  hub: 'prod',
  url: 'https://h/hub',
  clientId: 'c',
  clientSecret: 'hush',
  callbackUrl: 'https://c/oauth_callback',
};

it.each<[string, object, string]>([
  ['an unknown value', { replica: 2 }, "at '': additional properties 'replica' not allowed"],
  ['an unknown value inside', { service: { typ: 'x' } }, "at '/service': additional properties 'typ' not allowed"],
  [
    'an unknown variable of the sync',
    { sync: { env: { COST_BASES: 'x' } } },
    "at '/sync/env': additional properties 'COST_BASES' not allowed",
  ],
  [
    'an unknown key of the attribution',
    { attribution: { hubtag: 'x' } },
    "at '/attribution': additional properties 'hubtag' not allowed",
  ],
  [
    'an unknown cost basis',
    { sync: { env: { COST_BASIS: 'blended' } } },
    "at '/sync/env/COST_BASIS': value must be one of",
  ],
  [
    'more pods at least than at most',
    { api: { autoscaling: { minReplicas: 9 } } },
    'api.autoscaling.minReplicas: is more than',
  ],
  ['a text for a number', { replicas: 'two' }, "at '/replicas': got string, want integer"],
  ['a port that is none', { service: { port: 70000 } }, "at '/service/port'"],
  ['a name that Kubernetes refuses', { fullnameOverride: 'Costs' }, "at '/fullnameOverride'"],
  ['a label that Kubernetes refuses', { nameOverride: 'my costs' }, "at '/nameOverride'"],
  [
    'a Service that Kubernetes refuses',
    { fullnameOverride: null, nameOverride: 'a.b' },
    'fullnameOverride: is null, so the Service would be called support-a.b, which it cannot be',
  ],
  ['a tag in the repository', { image: { repository: 'r.example.org:5000/x:1' } }, 'image.repository: r.example.org'],
  ['a digest for a tag', { image: { tag: `sha256:${'0'.repeat(64)}` } }, "at '/image/tag'"],
  ['a number in extraEnv', { extraEnv: [{ name: 'A', value: 5 }] }, "at '/extraEnv/0/value': got number, want string"],
  ['an extraEnv without names', { extraEnv: [{ value: 'x' }] }, "at '/extraEnv/0': missing property 'name'"],
  [
    'an extraEnv that moves the port',
    { extraEnv: [{ name: 'PORT', value: '1' }] },
    'extraEnv: PORT is fixed by this chart',
  ],
  [
    'a variable twice',
    {
      extraEnv: [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
    },
    'extraEnv: A is there twice',
  ],
  [
    "2i2c's image",
    { image: { repository: 'quay.io/2i2c/jupyterhub-cost-monitoring' } },
    "is 2i2c's image, which would start their service",
  ],
  [
    'authentication without a password',
    { prometheusAuth: { enabled: true, username: 'x' } },
    'prometheusAuth: enabled needs username and password',
  ],
  [
    'two databases',
    { database: { url: 'postgres://a/b', embedded: { enabled: true } } },
    'database.embedded: contradicts',
  ],
  [
    'a URL and a Secret',
    { database: { api: { url: 'postgres://a/b', existingSecret: 's' } } },
    'database.api.url: contradicts existingSecret',
  ],
  [
    'a URL of another kind',
    { database: { url: 'mysql://u:SECRET@h/b' } },
    'database.url: must be a URL such as postgres://',
  ],
  [
    'a password that breaks its URL',
    { database: { embedded: { enabled: true, password: 'SECRET@' } } },
    'database.embedded.password: must be letters',
  ],
  [
    'a token in place of its hash',
    { access: { tokens: [{ name: 'a', hash: 'a.SECRET', scope: 'all' }] } },
    'access.tokens.0.hash: must be sha256:',
  ],
  ['hubs without a session key', { access: { hubs: [HUB] } }, 'access.sessionKey: is required with hubs'],
  [
    'a hub without a client',
    { access: { hubs: [{ hub: 'prod' }] } },
    "at '/access/hubs/0': missing properties 'url', 'clientId'",
  ],
  [
    'tokens twice',
    { access: { tokens: [{ name: 'a', hash: `sha256:${'0'.repeat(64)}`, scope: 'all' }], existingTokensSecret: 's' } },
    'access.tokens: contradicts existingTokensSecret',
  ],
  [
    'a webhook without a secret',
    { alerts: { webhook: { url: 'https://SECRET' } } },
    'alerts.webhook: url and secret need each other',
  ],
  [
    'a webhook that is no URL',
    { alerts: { webhook: { url: 'SECRET', secret: 's' } } },
    'alerts.webhook.url: must be a URL',
  ],
  [
    'a policy without a mask',
    { networkPolicy: { databaseCidrs: ['10.0.0.1'] } },
    "at '/networkPolicy/databaseCidrs/0'",
  ],
])('%s is refused with a message, which repeats nothing secret', (_, values, message) => {
  const { status, stderr } = helm(['template', 'support', CHART, ...withValues(values)]);
  expect([status === 0, stderr]).toEqual([false, expect.stringContaining(message)]);
  expect(stderr).not.toMatch(/SECRET|hush/);
});

/** Every path of values.yaml, but those of maps whose content is free. */
function pathsOf(values: object, path: readonly string[] = []): string[][] {
  return Object.entries(values).flatMap(([key, value]) => [
    [...path, key],
    ...(typeof value === 'object' && value !== null && !Array.isArray(value)
      ? pathsOf(value as object, [...path, key])
      : []),
  ]);
}

function hasNull(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.values(value as object).some(hasNull));
}

it('without any one of the default values it renders whole, or says which is missing', () => {
  const paths = pathsOf(parse(readFileSync(`${CHART}/values.yaml`, 'utf8')) as object);
  expect(paths.length).toBeGreaterThan(130);
  for (const path of paths) {
    const values = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), null) as object;
    const args = ['--values', 'test/helm/values/everything.yaml', ...withValues(values)];
    try {
      expect([path, hasNull(render(args))]).toEqual([path, false]);
    } catch (error) {
      expect([path, (error as Error).message]).toEqual([
        path,
        expect.stringMatching(/missing propert|the values are not usable/),
      ]);
    }
  }
});

it('all faults are named at once', () => {
  const values = { prometheusAuth: { enabled: true }, image: { repository: 'quay.io/2i2c/x' }, database: { url: 'x' } };
  const { stderr } = helm(['template', 'support', CHART, ...withValues(values)]);
  for (const name of ['prometheusAuth', 'image.repository', 'database.url']) expect(stderr).toContain(`\n  - ${name}`);
});

it('a packaged chart has the dashboards, the alerts and the roles', () => {
  const folder = mkdtempSync(join(tmpdir(), 'package-'));
  expect(helm(['package', CHART, '--destination', folder]).status).toBe(0);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const archive = join(folder, `jupyterhub-cost-monitoring-${version}.tgz`);
  const files = run('tar', ['--list', '--file', archive]).stdout.split('\n');
  expect(files.filter((file) => file.includes('/files/')).map((file) => file.split('/files/')[1])).toEqual(
    expect.arrayContaining(['alerts.yml', 'datasources.yml', 'roles.sql', 'dashboards/cloud-costs.json']),
  );
});
