import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findFreePort } from '#libs/embedded';
import { PROGRAMS, run, type KubernetesObject } from './chart.js';

const NAMESPACE = 'support';
/** What an upgrade must not leave behind. */
const KINDS =
  'deployments,statefulsets,jobs,services,serviceaccounts,configmaps,secrets,networkpolicies,ingresses,poddisruptionbudgets,horizontalpodautoscalers,servicemonitors,prometheusrules';

/** A real API server with the namespace `support` under Pod Security `restricted`. It has no kubelets and no controllers. */
export class ApiServer {
  private readonly env: NodeJS.ProcessEnv;

  private constructor(
    kubeconfig: string,
    private readonly pids: readonly number[],
  ) {
    this.env = { ...process.env, KUBECONFIG: kubeconfig };
  }

  static async start(): Promise<ApiServer> {
    const { status, stdout, stderr } = spawnSync('test/real/kubernetes/start.sh', [String(await findFreePort())], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    const [kubeconfig, , ...pids] = stdout.trim().split(' ');
    const server = new ApiServer(kubeconfig!, pids.map(Number));
    server.kubectl(['create', '--filename', join(PROGRAMS, 'crds')]);
    server.kubectl(['create', 'namespace', NAMESPACE]);
    const levels = ['enforce', 'warn', 'audit'].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);
    server.kubectl(['label', 'namespace', NAMESPACE, ...levels]);
    // A controller makes it.
    server.kubectl(['create', 'serviceaccount', 'default', '--namespace', NAMESPACE]);
    return server;
  }

  stop(): void {
    for (const pid of this.pids) process.kill(pid);
  }

  /** What it says, on both streams. @throws when it fails. */
  kubectl(args: readonly string[]): string {
    const { status, stdout, stderr } = run(join(PROGRAMS, 'kubectl'), args, this.env);
    if (status !== 0) throw new Error(stderr);
    return stdout + stderr;
  }

  get(kind: string, name: string): KubernetesObject & { status?: Record<string, unknown> } {
    return JSON.parse(this.kubectl(['get', kind, name, '--namespace', NAMESPACE, '--output', 'json']));
  }

  /** `kind.group/name` of all that is in the namespace, but for what every namespace has. */
  objects(): string[] {
    return this.kubectl(['get', KINDS, '--namespace', NAMESPACE, '--output', 'name'])
      .split('\n')
      .filter((name) => name.includes('/') && name !== 'serviceaccount/default')
      .sort();
  }

  /**
   * Runs Helm. A kubelet would run the Jobs of hooks: here each gets the status that the Job controller gives one that ended, as
   * soon as it is there.
   */
  async helm(
    args: readonly string[],
    jobs: 'Complete' | 'Failed' = 'Complete',
  ): Promise<{ status: number; output: string }> {
    const child = spawn(join(PROGRAMS, 'helm'), [...args, '--namespace', NAMESPACE], { env: this.env });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    const timer = setInterval(() => this.endJobs(jobs), 300);
    const status = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
    clearInterval(timer);
    return { status, output };
  }

  private endJobs(outcome: 'Complete' | 'Failed'): void {
    const time = new Date().toISOString().replace(/\.\d+/, '');
    const conditions = (outcome === 'Complete' ? ['SuccessCriteriaMet', 'Complete'] : ['FailureTarget', 'Failed']).map(
      (type) => ({
        type,
        status: 'True',
        lastTransitionTime: time,
      }),
    );
    const ended =
      outcome === 'Complete' ? { startTime: time, completionTime: time, succeeded: 1 } : { startTime: time, failed: 1 };
    const jobs = ['get', 'jobs', '--namespace', NAMESPACE, '--output', 'json'];
    const { items } = JSON.parse(this.kubectl(jobs)) as { items: { metadata: { name: string }; status: object }[] };
    for (const { metadata, status } of items.filter((job) => !('conditions' in job.status))) {
      const patch = JSON.stringify({ status: { ...status, ...ended, conditions } });
      this.kubectl([
        'patch',
        'job',
        metadata.name,
        '--namespace',
        NAMESPACE,
        '--subresource',
        'status',
        '--type',
        'merge',
        '--patch',
        patch,
      ]);
    }
  }
}
