import { cpSync, mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiServer } from './api-server.js';
import { CHART, helm, podOf, render, RENDERINGS, withValues, type KubernetesObject } from './chart.js';

const succeeded = { status: 0, output: expect.any(String) };

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
});
afterAll(() => server?.stop());

const NAME = 'jupyterhub-cost-monitoring';
const VALUES = 'test/helm/values';

function written(objects: readonly KubernetesObject[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'objects-')), 'objects.json');
  writeFileSync(file, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  return file;
}

const apply = (objects: readonly KubernetesObject[], ...args: string[]) =>
  server.kubectl(['apply', '--server-side', '--filename', written(objects), ...args]);

it.each(RENDERINGS)('takes every object of %s, without a warning', (_, args) => {
  const objects = render(args);
  const lines = apply(objects, '--dry-run=server').trim().split('\n');
  expect(lines.filter((line) => !line.endsWith('serverside-applied (server dry run)'))).toEqual([]);
  expect(lines).toHaveLength(objects.length);
});

it('takes them from kubectl: applied, changed, changed back, deleted, and nothing is left', () => {
  const before = server.objects();
  const first = render(['--values', `${VALUES}/everything.yaml`]);
  const second = render([
    '--values',
    `${VALUES}/everything.yaml`,
    '--set',
    'replicas=7,api.autoscaling.enabled=false,service.type=ClusterIP,service.nodePort=null,image.tag=v2',
  ]);
  // A Job cannot be changed: Helm deletes it before, by its policy.
  const withoutJob = (objects: readonly KubernetesObject[]) => objects.filter(({ kind }) => kind !== 'Job');
  apply(first);
  apply(withoutJob(second));
  expect(server.get('deployment', NAME).spec['replicas']).toBe(7);
  apply(withoutJob(first), '--force-conflicts');
  expect(podOf(server.get('deployment', NAME)).containers[0]!.image).toBe('registry.example.org/costs:1.0.0');
  server.kubectl(['delete', '--filename', written(first)]);
  expect(server.objects()).toEqual(before);
});

describe('helm', () => {
  // Selectors cannot change, and nameOverride is part of them.
  const EVERYTHING = ['--values', `${VALUES}/everything.yaml`, '--set', 'nameOverride='];
  const TYPICAL = ['--values', `${VALUES}/2i2c.yaml`];
  const DATABASE = ['--set', 'database.url=postgres://costs:x@db.example.org/costs'];

  it('says what an installation lacks, instead of waiting for it', async () => {
    const { status, output } = await server.helm(['install', 'costs', CHART]);
    expect(status).toBe(1);
    expect(output).toContain('  - clusterName: is required');
    expect(output).toContain(
      `  - database: name one: database.url, database.existingSecret or, to try it out, database.embedded.enabled; or make the Secret ${NAME}-database with the key url`,
    );
    expect(server.objects()).toEqual([]);
  });

  it('names the keys that a Secret lacks, where the pods would never start', async () => {
    const keys = ['owner', 'sync', 'api'];
    const urls = keys.map((key) => `--from-literal=${key}=postgres://${key}:x@db.example.org/costs`);
    server.kubectl(['create', 'secret', 'generic', 'urls', '--namespace', 'support', ...urls]);
    const args = ['install', 'costs', CHART, '--set', 'clusterName=c,database.existingSecret=urls'];
    const { status, output } = await server.helm([...args, '--set', 'access.existingTokensSecret=urls']);
    expect(status).toBe(1);
    for (const path of keys.map((key) => `database.${key}.key`))
      expect(output).toContain(`  - ${path}: the Secret urls has no key url; it has: api, owner, sync\n`);
    expect(output).toContain('  - access.existingTokensSecret: the Secret urls has no key tokens.json;');
    expect(await server.helm([...args, '--set', keys.map((key) => `database.${key}.key=${key}`).join()])).toEqual(
      succeeded,
    );
    await server.helm(['uninstall', 'costs']);
    server.kubectl(['delete', 'secret', 'urls', '--namespace', 'support']);
    expect(server.objects()).toEqual([]);
  });

  it('installs, upgrades, rolls back and uninstalls, and nothing is left', async () => {
    const installed = await server.helm(['install', 'costs', CHART, ...TYPICAL, ...DATABASE]);
    expect(installed).toEqual(succeeded);
    const notes = installed.output.slice(installed.output.indexOf('NOTES:'));
    for (const command of [
      `kubectl --namespace support exec deploy/${NAME}-sync -- node dist/apps/doctor/src/main.js`,
      `kubectl --namespace support port-forward service/${NAME} 8080:80`,
      `kubectl --namespace support logs --follow deploy/${NAME}-sync`,
    ]) {
      expect(notes).toContain(`\n  ${command}\n`);
    }
    expect(notes).toContain(`Whoever reaches the Service ${NAME} reads all figures`);
    const first = server.objects().filter((name) => !name.startsWith('secret/sh.helm.release'));
    // What belongs to the migration has gone with it.
    expect(first.filter((name) => name.endsWith('-migrate'))).toEqual([]);

    expect(await server.helm(['upgrade', 'costs', CHART, ...EVERYTHING])).toEqual(succeeded);
    expect(server.get('service', NAME).spec['ports']).toMatchObject([{ port: 8000, nodePort: 30080 }]);
    expect(await server.helm(['rollback', 'costs', '1'])).toEqual(succeeded);
    expect(server.objects().filter((name) => !name.startsWith('secret/sh.helm.release'))).toEqual(first);
    expect(await server.helm(['uninstall', 'costs'])).toEqual(succeeded);
    expect(server.objects()).toEqual([]);
  });

  it('changes nothing when the migration fails, and tries again', async () => {
    await server.helm(['install', 'costs', CHART, ...TYPICAL, ...DATABASE]);
    const failed = await server.helm(
      ['upgrade', 'costs', CHART, ...TYPICAL, ...DATABASE, '--set', 'image.tag=v2'],
      'Failed',
    );
    expect(failed).toMatchObject({ status: 1, output: expect.stringContaining('pre-upgrade hooks failed') });
    expect(podOf(server.get('deployment', NAME)).containers[0]!.image).toBe(`${NAME}:0.5.0`);
    expect(await server.helm(['upgrade', 'costs', CHART, ...TYPICAL, ...DATABASE, '--set', 'image.tag=v2'])).toEqual(
      succeeded,
    );
    expect(podOf(server.get('deployment', NAME)).containers[0]!.image).toBe(`${NAME}:v2`);
    await server.helm(['uninstall', 'costs']);
    expect(server.objects()).toEqual([]);
  });

  it('keeps the password of the database in the cluster that it made', async () => {
    const args = [CHART, '--set', 'clusterName=c,database.embedded.enabled=true'];
    const password = () =>
      (server.get('secret', `${NAME}-postgres`) as { data: Record<string, string> }).data['owner-password'];
    expect(await server.helm(['install', 'costs', ...args])).toEqual(succeeded);
    const made = password();
    expect(Buffer.from(made!, 'base64').toString()).toMatch(/^\w{32}$/);
    expect(await server.helm(['upgrade', 'costs', ...args, '--set', 'image.tag=v2'])).toEqual(succeeded);
    expect(password()).toBe(made);
    const another = await server.helm(['upgrade', 'costs', ...args, '--set', 'database.embedded.password=another']);
    expect(another.output).toContain('database.embedded.password: the database was made with another one');
    expect(password()).toBe(made);
    // One Job a version; that of the version before has gone.
    expect(server.objects().filter((name) => name.startsWith('job.'))).toHaveLength(1);
    await server.helm(['uninstall', 'costs']);
    expect(server.objects()).toEqual([]);
  });

  it("takes the place of a release with the names of 2i2c's, as part of a parent chart, and gives it back", async () => {
    const theirs = parentOf(theirChart());
    const values = withValues({ [NAME]: { enabled: true, extraEnv: [{ name: 'CLUSTER_NAME', value: 'c' }] } });
    const database = ['--set', `${NAME}.database.url=postgres://costs:x@db.example.org/costs`];
    expect(await server.helm(['install', 'support', theirs, ...values])).toEqual(succeeded);
    const { spec } = server.get('service', NAME);

    expect(await server.helm(['upgrade', 'support', parentOf(CHART), ...values, ...database])).toMatchObject({
      status: 0,
    });
    expect(server.objects()).not.toContain(`deployment.apps/${NAME}-deployment`);
    const ours = server.get('service', NAME).spec;
    expect([ours['ports'], ours['clusterIP']]).toEqual([spec['ports'], spec['clusterIP']]);
    const labels = server.get('deployment', NAME).spec.template!.metadata.labels;
    expect(labels).toMatchObject(ours['selector'] as object);

    expect(await server.helm(['rollback', 'support', '1'])).toEqual(succeeded);
    expect(server.get('deployment', `${NAME}-deployment`).spec.template!.metadata.labels).toMatchObject(
      server.get('service', NAME).spec['selector'] as object,
    );
    expect(server.objects().filter((name) => name.startsWith('deployment'))).toEqual([
      `deployment.apps/${NAME}-deployment`,
    ]);
    expect(await server.helm(['upgrade', 'support', theirs, '--set', `${NAME}.enabled=false`])).toMatchObject({
      status: 0,
    });
    expect(server.objects().filter((name) => !name.startsWith('secret/sh.helm.release'))).toEqual([]);
    await server.helm(['uninstall', 'support']);
  });
});

/** A chart with the names and selectors of theirs, and no more of it. */
function theirChart(): string {
  const chart = join(mkdtempSync(join(tmpdir(), 'theirs-')), NAME);
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), JSON.stringify({ apiVersion: 'v2', name: NAME, version: '0.0.1' }));
  const labels = { 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/instance': 'support' };
  const metadata = { name: NAME, labels };
  const container = { name: 'webserver', image: 'theirs:1', ports: [{ name: 'http', containerPort: 8080 }] };
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: 'v1', kind: 'Secret', metadata, data: { username: '', password: '' } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { type: 'ClusterIP', selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      spec: { podSelector: { matchLabels: labels }, policyTypes: ['Ingress'] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...metadata, name: `${NAME}-deployment` },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
  ];
  writeFileSync(join(chart, 'templates', 'all.yaml'), objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  return chart;
}

/** A chart that has this one as its dependency, as 2i2c's support chart does. */
function parentOf(chart: string): string {
  const parent = join(mkdtempSync(join(tmpdir(), 'parent-')), 'support');
  mkdirSync(join(parent, 'charts'), { recursive: true });
  const dependency = { name: NAME, version: '>=0.0.0', condition: `${NAME}.enabled` };
  writeFileSync(
    join(parent, 'Chart.yaml'),
    JSON.stringify({ apiVersion: 'v2', name: 'support', version: '1.0.0', dependencies: [dependency] }),
  );
  if (chart === CHART) helm(['package', CHART, '--destination', join(parent, 'charts')]);
  else cpSync(chart, join(parent, 'charts', NAME), { recursive: true });
  return parent;
}
