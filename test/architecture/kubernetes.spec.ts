import { parseApiConfig, parseDatabaseUrl, parseSyncConfig } from '#libs/config';
import { existsSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import { startsBuiltFile, variablesKnownTo } from './programs.js';

interface Container {
  readonly image: string;
  readonly command: readonly string[];
  readonly env: readonly {
    name: string;
    value?: string;
    valueFrom?: { secretKeyRef: { name: string; key: string } };
  }[];
  readonly envFrom?: readonly { configMapRef: { name: string } }[];
  readonly ports?: readonly { name: string; containerPort: number }[];
  readonly volumeMounts?: readonly { name: string; mountPath: string; readOnly: boolean }[];
}

interface Pod {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly serviceAccountName?: string;
    readonly containers: readonly [Container];
    readonly volumes?: readonly { name: string; configMap?: { name: string }; secret?: { secretName: string } }[];
  };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: Pod;
    readonly jobTemplate: { readonly spec: { readonly template: Pod } };
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly schedule: string;
  };
}

interface Kustomization {
  readonly resources: readonly string[];
  readonly images: readonly { name: string }[];
  readonly configMapGenerator: readonly { name: string; literals?: readonly string[]; files?: readonly string[] }[];
}

const read = (file: string) => readFileSync(`kubernetes/${file}`, 'utf8');
const manifestsOf = (file: string) => parseAllDocuments(read(file)).map((document) => document.toJS() as Manifest);
const kustomization = parse(read('kustomization.yaml')) as Kustomization;
const manifests = [...kustomization.resources, 'sync-cronjob.yaml'].flatMap(manifestsOf);
const only = (kind: string, name: string): Manifest => {
  const found = manifests.filter((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  expect([kind, name, found.length]).toEqual([kind, name, 1]);
  return found[0]!;
};
const podOf = (manifest: Manifest): Pod | undefined =>
  manifest.spec?.jobTemplate?.spec.template ?? manifest.spec?.template;
const pods = manifests.flatMap((manifest) => podOf(manifest) ?? []);
const OPERATIONS = readFileSync('docs/operations.md', 'utf8');

const literalsOf = (name: string) =>
  Object.fromEntries(
    kustomization.configMapGenerator
      .find((map) => map.name === name)!
      .literals!.map((literal) => [literal.slice(0, literal.indexOf('=')), literal.slice(literal.indexOf('=') + 1)]),
  ) as Record<string, string>;

/** Variables of a container; a secret's value is the address of a database. */
function environmentOf({ env, envFrom = [] }: Container): Record<string, string> {
  return Object.assign(
    {},
    ...envFrom.map(({ configMapRef }) => literalsOf(configMapRef.name)),
    Object.fromEntries(env.map(({ name, value }) => [name, value ?? 'postgres://somebody@database/costs'])),
  );
}

describe('kubernetes/', () => {
  it('has migrations, sync and API, and names files that exist', () => {
    expect(kustomization.resources.filter((file) => !existsSync(`kubernetes/${file}`))).toEqual([]);
    expect(pods.map(({ spec }) => spec.containers[0].command[1])).toEqual([
      'dist/apps/sync/src/migrate.js',
      'dist/apps/sync/src/main.js',
      'dist/apps/api/src/main.js',
      'dist/apps/sync/src/main.js',
    ]);
    for (const { spec } of pods) expect(startsBuiltFile(spec.containers[0].command)).toBe(true);
  });

  it('runs one image, without rights, on a root file system that cannot be written', () => {
    for (const { spec } of pods) {
      expect(spec.containers).toEqual([
        expect.objectContaining({
          image: kustomization.images[0]!.name,
          securityContext: {
            runAsUser: 1000,
            runAsNonRoot: true,
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          resources: { requests: expect.anything(), limits: expect.anything() },
        }),
      ]);
    }
  });

  it('sets variables that the programs know, and enough for them', () => {
    const known = variablesKnownTo('libs/config/src/api-config.ts', 'libs/config/src/sync-config.ts');
    for (const { spec } of pods) {
      for (const name of Object.keys(environmentOf(spec.containers[0]))) expect(known).toContain(name);
    }
    const [migrate, sync, api] = pods.map(({ spec }) => environmentOf(spec.containers[0]));
    expect(parseDatabaseUrl(migrate!)).toContain('postgres://');
    expect(sync!['ATTRIBUTION_FILE']).toBe('/etc/costs/attribution.json');
    expect(parseSyncConfig({ ...sync, ATTRIBUTION_FILE: 'kubernetes/attribution.json' })).toMatchObject({
      clusterName: 'hub-cluster',
      prometheus: { url: 'http://support-prometheus-server' },
    });
    expect(api!['API_TOKENS_FILE']).toBe('/etc/costs/tokens.json');
    expect(parseApiConfig({ ...api, API_TOKENS_FILE: undefined })).toMatchObject({
      clusterName: 'hub-cluster',
      port: 8080,
    });
  });

  it('mounts what it generates and the secrets that docs/operations.md has people make', () => {
    const generated = kustomization.configMapGenerator.map(({ name }) => name);
    expect(kustomization.configMapGenerator.at(-1)!.files).toEqual(['attribution.json']);
    for (const { spec } of pods) {
      const [container] = spec.containers;
      const secrets = [
        ...container.env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef.name ?? []),
        ...(spec.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []),
      ];
      for (const name of secrets) expect(OPERATIONS).toContain(`create secret generic ${name} `);
      const maps = [
        ...(container.envFrom ?? []).map(({ configMapRef }) => configMapRef.name),
        ...(spec.volumes ?? []).flatMap(({ configMap }) => configMap?.name ?? []),
      ];
      for (const name of maps) expect(generated).toContain(name);
      expect((container.volumeMounts ?? []).map(({ name, readOnly }) => [name, readOnly])).toEqual(
        (spec.volumes ?? []).map(({ name }) => [name, true]),
      );
    }
  });

  it('selects pods that there are, and asks the API’s health at its port', () => {
    for (const manifest of manifests) {
      const wanted =
        manifest.spec?.podSelector ?? (manifest.kind === 'Deployment' ? manifest.spec.selector : undefined);
      if (wanted) expect(pods.map(({ metadata }) => metadata.labels)).toContainEqual(wanted.matchLabels);
    }
    const { template } = only('Deployment', 'costs-api').spec;
    expect(only('Service', 'costs-api').spec).toEqual({
      selector: template.metadata.labels,
      ports: [{ name: 'http', port: 80, targetPort: 'http' }],
    });
    expect(template.metadata.annotations).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '8080',
      'prometheus.io/path': '/metrics',
    });
    expect(template.spec.containers[0]).toMatchObject({
      ports: [{ name: 'http', containerPort: 8080 }],
      readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
      livenessProbe: { httpGet: { path: '/live', port: 'http' } },
    });
  });

  it('runs the sync alike as a process and as a CronJob, at the hours that the process keeps', () => {
    const process = podOf(only('Deployment', 'costs-sync'))!;
    const job = only('CronJob', 'costs-sync');
    const { restartPolicy, ...pod } = podOf(job)!.spec as Pod['spec'] & { restartPolicy: string };
    const [container] = pod.containers;
    expect(restartPolicy).toBe('Never');
    expect({ ...pod, containers: [{ ...container, command: container.command.slice(0, 2) }] }).toEqual(process.spec);
    expect(container.command.at(-1)).toBe('--once');
    expect(only('ServiceAccount', process.spec.serviceAccountName!)).toBeDefined();
    const environment = environmentOf(process.spec.containers[0]);
    expect(parseSyncConfig({ ...environment, ATTRIBUTION_FILE: undefined }).syncCron).toBe(job.spec.schedule);
  });
});
