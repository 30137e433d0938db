import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clockVariables } from '../support/clock-variables.js';
import type { Container, KubernetesObject, PodSpec } from './chart.js';

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<{ code: number | null; output: string }>;
}

/** What of the cluster this machine has not: texts of variables and of the command, and what stands for them here. */
export type Replacements = Readonly<Record<string, string>>;

/** Runs containers of rendered pods on the built tree: command, variables, mounted files and user as they are rendered. */
export class PodRunner {
  /** Stands for `/` of the containers, where files are mounted. */
  private readonly root = mkdtempSync(join(tmpdir(), 'pod-'));

  constructor(
    private readonly objects: readonly KubernetesObject[],
    private readonly replacements: Replacements,
  ) {
    spawnSync('chmod', ['755', this.root]);
  }

  start(pod: PodSpec, container: Container, command = container.command, more: Replacements = {}): Started {
    this.mount(pod, container);
    const env = Object.fromEntries(container.env.map((one) => [one.name, this.here(this.valueOf(one))]));
    const [program, ...args] = command.map((word) => this.here(word));
    const child = spawn(program === 'node' ? process.execPath : program!, args, {
      // Nothing else: no home, and no folder for temporary files, since the root file system is read-only.
      env: { ...clockVariables(), PATH: process.env['PATH'], TMPDIR: '/proc', ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...identityOf(container),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    const ended = new Promise<{ code: number | null; output: string }>((resolve, reject) => {
      child.once('error', reject).once('close', (code) => resolve({ code, output }));
    });
    return { process: child, ended };
  }

  private here(text: string): string {
    const known = text.replaceAll('/etc/costs', join(this.root, 'etc/costs'));
    return Object.entries(this.replacements).reduce((before, [there, here]) => before.replaceAll(there, here), known);
  }

  private valueOf({ name, value, valueFrom }: Container['env'][number]): string {
    if (value !== undefined) return value;
    const { secretKeyRef } = valueFrom!;
    const found = this.dataOf('Secret', secretKeyRef.name)[secretKeyRef.key];
    if (found === undefined) throw new Error(`${name}: no key ${secretKeyRef.key} in Secret ${secretKeyRef.name}`);
    return found;
  }

  private dataOf(kind: 'Secret' | 'ConfigMap', name: string): Readonly<Record<string, string>> {
    const found = this.objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (!found) throw new Error(`no ${kind} ${name}`);
    return { ...found.data, ...found.stringData };
  }

  /** With the modes that a kubelet gives them. */
  private mount(pod: PodSpec, { volumeMounts = [] }: Container): void {
    for (const { name, mountPath } of volumeMounts) {
      const { secret, configMap } = pod.volumes!.find((volume) => volume.name === name)!;
      const data = secret ? this.dataOf('Secret', secret.secretName) : this.dataOf('ConfigMap', configMap!.name);
      const keys = secret?.items?.map(({ key }) => key) ?? Object.keys(data);
      const folder = join(this.root, mountPath);
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      for (const key of keys) writeFileSync(join(folder, key), data[key]!, { mode: 0o644 });
    }
  }
}

/** The rendered user, if this process may become it. */
function identityOf({ securityContext = {} }: Container): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  return { uid: securityContext['runAsUser'] as number, gid: securityContext['runAsGroup'] as number };
}
