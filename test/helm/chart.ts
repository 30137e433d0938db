import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export const CHART = 'helm/jupyterhub-cost-monitoring';

/** Where scripts/test-helm.mjs built the programs. */
export const PROGRAMS = process.env['TEST_HELM'] ?? '';

interface Exit {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Exit {
  const exit = spawnSync(program, args, { encoding: 'utf8', env, maxBuffer: 1 << 26 });
  if (exit.error) throw exit.error;
  // Helm tells of every link from the chart to a file of the repository.
  return { ...exit, stderr: exit.stderr.replaceAll(/^.*found symbolic link in path.*\n/gm, '') };
}

export const helm = (args: readonly string[], env?: NodeJS.ProcessEnv) => run(join(PROGRAMS, 'helm'), args, env);

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly env: readonly EnvVar[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources?: { readonly limits?: object; readonly requests?: object };
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly [probe: `${string}Probe`]: { readonly httpGet?: { readonly path: string; readonly port: string } };
}

export interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string; readonly items?: readonly { readonly key: string }[] };
  readonly configMap?: { readonly name: string };
}

export interface PodSpec {
  readonly automountServiceAccountToken?: boolean;
  readonly serviceAccountName?: string;
  readonly enableServiceLinks?: boolean;
  readonly securityContext?: object;
  readonly nodeSelector?: object;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly [setting: string]: unknown;
}

interface Spec {
  readonly template?: { readonly metadata: Metadata; readonly spec: PodSpec };
  readonly [field: string]: unknown;
}

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec: Spec;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

/** What `helm template` renders in namespace `support`, as objects. @throws with Helm's message. */
export function render(args: readonly string[], release = 'support'): KubernetesObject[] {
  const { status, stdout, stderr } = helm(['template', release, CHART, '--namespace', 'support', ...args]);
  if (status !== 0) throw new Error(stderr);
  return parseAllDocuments(stdout).flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    return (document.toJS() as KubernetesObject | null) ?? [];
  });
}

/** `--values` with these values. */
export function withValues(values: object): string[] {
  const file = join(mkdtempSync(join(tmpdir(), 'values-')), 'values.json');
  writeFileSync(file, JSON.stringify(values));
  return ['--values', file];
}

/** The renderings that every check goes over, and their arguments. */
export const RENDERINGS: readonly (readonly [string, string[]])[] = [
  ['the default values', []],
  ...readdirSync('test/helm/values').map(
    (file) => [file, ['--values', `test/helm/values/${file}`]] satisfies [string, string[]],
  ),
];

export function find(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name} among ${objects.map((one) => `${one.kind} ${one.metadata.name}`)}`);
  return found;
}

export function podOf(object: KubernetesObject): PodSpec {
  return object.spec.template!.spec;
}

/** Of the part of the chart that `app.kubernetes.io/component` names. */
export function podsOf(objects: readonly KubernetesObject[]): { part: string; pod: PodSpec }[] {
  return objects.flatMap(({ spec }) =>
    spec?.template
      ? [{ part: spec.template.metadata.labels['app.kubernetes.io/component']!, pod: spec.template.spec }]
      : [],
  );
}
