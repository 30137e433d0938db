import { API_VARIABLES, SYNC_VARIABLES } from '#libs/config';
import { existsSync, readFileSync } from 'node:fs';
import { find, podOf, podsOf, render, RENDERINGS, withValues, type Container } from './chart.js';

const containerOf = (values: object, kind: string, name: string): Container =>
  podOf(find(render(withValues(values)), kind, name)).containers[0]!;

const valueOf = ({ env }: Container, name: string) => env.find((one) => one.name === name);

describe("a value of 2i2c's chart", () => {
  // As their chart renders them in release `support`.
  it.each([
    ['nothing', {}, 'jupyterhub-cost-monitoring'],
    ['nameOverride', { nameOverride: 'zed' }, 'jupyterhub-cost-monitoring'],
    ['fullnameOverride', { fullnameOverride: 'abc' }, 'abc'],
    ['fullnameOverride null', { fullnameOverride: null }, 'support-jupyterhub-cost-monitoring'],
    ['both', { fullnameOverride: null, nameOverride: 'zed' }, 'support-zed'],
  ])('%s gives Service and service account the name that they have', (_, values, name) => {
    const objects = render(withValues(values));
    for (const kind of ['Service', 'ServiceAccount', 'NetworkPolicy']) find(objects, kind, name);
    expect(find(objects, 'Service', name).spec['ports']).toEqual([{ name: 'http', port: 80, targetPort: 'http' }]);
    expect(podOf(find(objects, 'Deployment', `${name}-sync`)).serviceAccountName).toBe(name);
    // Theirs has this name; its selector, which cannot change, is another one.
    expect(objects.map(({ metadata }) => metadata.name)).not.toContain(`${name}-deployment`);
  });

  it('replicas is how many pods the API has', () => {
    expect(find(render(['--set', 'replicas=5']), 'Deployment', 'jupyterhub-cost-monitoring').spec['replicas']).toBe(5);
  });

  it('extraEnv goes to every pod, with templates, and wins', () => {
    const extraEnv = [
      { name: 'HTTPS_PROXY', value: 'http://{{ .Release.Name }}:3128' },
      { name: 'CLUSTER_NAME', value: 'theirs' },
      { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'mine', key: 'url' } } },
    ];
    const pods = podsOf(render(withValues({ extraEnv, clusterName: 'ours' })));
    expect(pods.map(({ part }) => part).sort()).toEqual(['api', 'migrate', 'sync']);
    for (const { pod } of pods) {
      const { env } = pod.containers[0]!;
      expect(env).toEqual(
        expect.arrayContaining([{ ...extraEnv[0], value: 'http://support:3128' }, ...extraEnv.slice(1)]),
      );
      expect(env.map(({ name }) => name)).toEqual([...new Set(env.map(({ name }) => name))]);
    }
  });

  it('image is that of every pod', () => {
    const image = {
      repository: 'registry.example.org/costs',
      tag: '7',
      pullPolicy: 'Always',
      pullSecrets: [{ name: 'pull' }],
    };
    for (const { pod } of podsOf(render(withValues({ image })))) {
      expect(pod).toMatchObject({
        imagePullSecrets: [{ name: 'pull' }],
        containers: [{ image: 'registry.example.org/costs:7', imagePullPolicy: 'Always' }],
      });
    }
  });

  it('of a pod is for the API, and the same below `sync` for the sync', () => {
    const settings = {
      resources: { limits: { memory: '1Gi' } },
      securityContext: { runAsUser: 65534 },
      podSecurityContext: { fsGroup: 7 },
      podAnnotations: { a: 'b' },
      nodeSelector: { c: 'd' },
      affinity: { nodeAffinity: {} },
      tolerations: [{ key: 'e', operator: 'Exists' }],
    };
    const { resources, securityContext, podSecurityContext, podAnnotations, ...placed } = settings;
    const expected = {
      metadata: { annotations: podAnnotations },
      spec: { ...placed, securityContext: podSecurityContext, containers: [{ resources, securityContext }] },
    };
    const [api, sync] = ['', '-sync'].map((part) => `jupyterhub-cost-monitoring${part}`);
    for (const [values, set, unset] of [
      [settings, api, sync],
      [{ sync: settings }, sync, api],
    ] as const) {
      const objects = render(withValues(values));
      expect(find(objects, 'Deployment', set!).spec.template).toMatchObject(expected);
      expect(podOf(find(objects, 'Deployment', unset!)).nodeSelector).toBeUndefined();
    }
  });

  it('serviceAccount is for the sync, which alone needs AWS', () => {
    const annotations = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/costs' };
    const objects = render(withValues({ serviceAccount: { annotations } }));
    expect(find(objects, 'ServiceAccount', 'jupyterhub-cost-monitoring').metadata.annotations).toEqual(annotations);
    expect(
      podsOf(objects)
        .filter(({ pod }) => pod.serviceAccountName)
        .map(({ part }) => part),
    ).toEqual(['sync']);
    const own = render(withValues({ serviceAccount: { create: false, name: 'mine' } }));
    expect(own.filter(({ kind }) => kind === 'ServiceAccount')).toEqual([]);
    expect(podOf(find(own, 'Deployment', 'jupyterhub-cost-monitoring-sync')).serviceAccountName).toBe('mine');
  });

  it('service has type, port and annotations; the scrape annotation moves to the port of the metrics', () => {
    const service = {
      type: 'NodePort',
      port: 8000,
      nodePort: 30080,
      annotations: { 'prometheus.io/port': '8080', a: 'b' },
    };
    expect(find(render(withValues({ service })), 'Service', 'jupyterhub-cost-monitoring')).toMatchObject({
      metadata: { annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090', a: 'b' } },
      spec: { type: 'NodePort', ports: [{ name: 'http', port: 8000, targetPort: 'http', nodePort: 30080 }] },
    });
    const api = containerOf({}, 'Deployment', 'jupyterhub-cost-monitoring');
    expect(valueOf(api, 'METRICS_PORT')).toEqual({ name: 'METRICS_PORT', value: '9090' });
    expect(api.ports).toContainEqual({ name: 'metrics', containerPort: 9090 });
  });

  it.each([
    ['/', null, '/'],
    ['/', '*', '/*'],
    ['/', '/*', '/*'],
    ['/services/costs/', null, '/services/costs/'],
    ['/services/costs', '*', '/services/costs/*'],
  ])('ingress works, below %s with suffix %s', (basePath, pathSuffix, path) => {
    const ingress = {
      enabled: true,
      annotations: { a: 'b' },
      ingressClassName: 'nginx',
      hosts: ['one.example.org', 'two.example.org'],
      pathSuffix,
      pathType: 'ImplementationSpecific',
      tls: [{ secretName: 's', hosts: ['one.example.org'] }],
    };
    const backend = { service: { name: 'jupyterhub-cost-monitoring', port: { name: 'http' } } };
    const http = { paths: [{ path, pathType: 'ImplementationSpecific', backend }] };
    const objects = render(withValues({ ingress, basePath }));
    expect(find(objects, 'Ingress', 'jupyterhub-cost-monitoring')).toMatchObject({
      metadata: { annotations: { a: 'b' } },
      spec: { ingressClassName: 'nginx', rules: ingress.hosts.map((host) => ({ host, http })), tls: ingress.tls },
    });
    const anyHost = render(withValues({ ingress: { enabled: true }, basePath }));
    expect(find(anyHost, 'Ingress', 'jupyterhub-cost-monitoring').spec['rules']).toHaveLength(1);
  });

  it('networkPolicy admits local Grafanas and whom it names', () => {
    const rule = { from: [{ podSelector: { matchLabels: { app: 'mine' } } }], ports: [{ port: 'http' }] };
    const ingressOf = (networkPolicy: object) =>
      find(render(withValues({ networkPolicy })), 'NetworkPolicy', 'jupyterhub-cost-monitoring').spec['ingress'];
    const grafana = {
      from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'grafana' } } }],
      ports: [{ port: 'http' }],
    };
    expect(ingressOf({ ingress: [rule] })).toEqual(expect.arrayContaining([grafana, rule]));
    expect(ingressOf({ ingressAllowRules: { localGrafanaInstances: false } })).not.toContainEqual(grafana);
    const none = render(withValues({ networkPolicy: { enabled: false } }));
    expect(none.filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([]);
  });

  it.each([true, false])('prometheusAuth gives the sync its credentials (enabled: %s)', (enabled) => {
    const values = { prometheusAuth: { enabled, username: 'prom', password: 'p"w$' } };
    const objects = render(withValues(values));
    expect(find(objects, 'Secret', 'jupyterhub-cost-monitoring').stringData).toEqual({
      username: 'prom',
      password: 'p"w$',
    });
    const sync = containerOf(values, 'Deployment', 'jupyterhub-cost-monitoring-sync');
    expect(valueOf(sync, 'PROMETHEUS_PASSWORD')!.valueFrom).toEqual({
      secretKeyRef: { name: 'jupyterhub-cost-monitoring', key: 'password' },
    });
  });

  it('of Prometheus need not be set: the sync finds it where theirs does', () => {
    const sync = podOf(find(render([]), 'Deployment', 'jupyterhub-cost-monitoring-sync'));
    expect([sync.enableServiceLinks, valueOf(sync.containers[0]!, 'PROMETHEUS_URL')]).toEqual([true, undefined]);
  });
});

describe('the database', () => {
  const PARTS = [
    ['api', 'Deployment', 'jupyterhub-cost-monitoring'],
    ['sync', 'Deployment', 'jupyterhub-cost-monitoring-sync'],
    ['owner', 'Job', 'jupyterhub-cost-monitoring-migrate'],
  ] as const;
  const found = (database: object) =>
    PARTS.map(([, kind, name]) => {
      const { secretKeyRef } = valueOf(containerOf({ database }, kind, name), 'DATABASE_URL')!.valueFrom!;
      return `${secretKeyRef.name}/${secretKeyRef.key}`;
    });

  it.each([
    [{}, Array(3).fill('jupyterhub-cost-monitoring-database/url')],
    [{ existingSecret: 's' }, Array(3).fill('s/url')],
    [{ existingSecret: 's', key: 'k' }, Array(3).fill('s/k')],
    [{ existingSecret: 's', api: { key: 'a' }, sync: { existingSecret: 't' } }, ['s/a', 't/url', 's/url']],
    [{ existingSecret: 's', owner: { existingSecret: 'o', key: 'k' } }, ['s/url', 's/url', 'o/k']],
  ])('%j is found by each part', (database, expected) => expect(found(database)).toEqual(expected));

  it('of values is in Secrets, that of the owner in one that goes with the migration', () => {
    const url = (user: string) => `postgres://${user}:p%40@db.example.org:6432/costs`;
    const objects = render(withValues({ database: { url: url('all'), sync: { url: url('sync') } } }));
    expect(find(objects, 'Secret', 'jupyterhub-cost-monitoring').stringData).toEqual({
      api: url('all'),
      sync: url('sync'),
    });
    const owner = find(objects, 'Secret', 'jupyterhub-cost-monitoring-migrate');
    expect(owner.stringData).toEqual({ owner: url('all') });
    expect(owner.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-install,pre-upgrade' });
    for (const name of ['', '-sync', '-migrate'].map((part) => `jupyterhub-cost-monitoring${part}`)) {
      expect(JSON.stringify(find(objects, 'NetworkPolicy', name).spec['egress'])).toContain('{"port":6432}');
    }
  });

  it.each([
    ['postgres://u:p@[2001:db8::1]:6432/costs', 6432],
    ['postgres://u:p@/costs?host=db.example.org&port=6432', 6432],
    ['postgres://u:p@db.example.org/costs', 5432],
  ])('at %s is reached, on port %s', (url, port) => {
    const { spec } = find(render(withValues({ database: { url } })), 'NetworkPolicy', 'jupyterhub-cost-monitoring');
    expect(JSON.stringify(spec['egress'])).toContain(`{"port":${port}}`);
  });

  it('in the cluster has a role for each part', () => {
    const objects = render(['--set', 'database.embedded.enabled=true,database.embedded.password=x']);
    const { api, sync, owner, ...passwords } = find(
      objects,
      'Secret',
      'jupyterhub-cost-monitoring-postgres',
    ).stringData!;
    const users = { jupyterhub_costs_api: api, jupyterhub_costs_sync: sync, costs_owner: owner };
    for (const [user, url] of Object.entries(users)) {
      const { username, password, host } = new URL(url!);
      expect([username, host]).toEqual([user, 'jupyterhub-cost-monitoring-postgres:5432']);
      expect(Object.values(passwords)).toContain(password);
    }
    // Whoever may read one does not know the others.
    expect(new Set(Object.values(passwords)).size).toBe(4);
  });

  it('in the cluster is migrated by a Job whose name tells what it runs', () => {
    const jobOf = (tag: string) =>
      render(['--set', `database.embedded.enabled=true,database.embedded.password=x,image.tag=${tag}`]).find(
        ({ kind }) => kind === 'Job',
      )!.metadata;
    expect(jobOf('v1').name).toBe(jobOf('v1').name);
    expect(jobOf('v1').name).not.toBe(jobOf('v2').name);
    expect(jobOf('v1').annotations).toBeUndefined();
  });
});

describe.each(RENDERINGS)('the pods of %s', (_, args) => {
  const KNOWN: Readonly<Record<string, readonly string[]>> = {
    api: API_VARIABLES,
    sync: SYNC_VARIABLES,
    migrate: ['DATABASE_URL'],
  };

  it('start programs of the image with variables that they know, and mount the files that these name', () => {
    const extra = ['NODE_ENV', 'HTTPS_PROXY', 'AWS_REGION', 'CLUSTER_NAME'];
    for (const { part, pod } of podsOf(render(args)).filter(({ part }) => part in KNOWN)) {
      const container = (pod.initContainers ?? pod.containers)[0]!;
      const [node, program] = container.command;
      expect([node, existsSync(program!.replace(/^dist\//, '').replace(/\.js$/, '.ts'))]).toEqual(['node', true]);
      const unknown = container.env
        .map(({ name }) => name)
        .filter((name) => ![...KNOWN[part]!, ...extra].includes(name));
      expect([part, unknown]).toEqual([part, []]);
      const files = container.env.filter(({ name }) => name.endsWith('_FILE')).map(({ value }) => value!);
      const mounts = (container.volumeMounts ?? []).map(({ mountPath }) => mountPath);
      expect(files.filter((file) => !mounts.some((mount) => file.startsWith(`${mount}/`)))).toEqual([]);
      expect(mounts.map((mount) => mount.split('/').at(-1)).sort()).toEqual(
        (pod.volumes ?? [])
          .filter(({ name }) => name !== 'roles')
          .map(({ name }) => name)
          .sort(),
      );
    }
  });

  it('have the port of the image, and probes of paths that the API has', () => {
    const api = podsOf(render(args)).find(({ part }) => part === 'api')!.pod.containers[0]!;
    expect(readFileSync('Dockerfile', 'utf8')).toMatch(/^EXPOSE 8080$/m);
    expect(api.ports).toContainEqual({ name: 'http', containerPort: 8080 });
    expect(
      ['startupProbe', 'readinessProbe', 'livenessProbe'].map((probe) => api[probe as 'startupProbe']?.httpGet),
    ).toEqual(['/live', '/ready', '/live'].map((path) => ({ path, port: 'http' })));
  });
});
