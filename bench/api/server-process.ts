import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '#libs/embedded';
import type { Observed } from './watch-process.js';

const DIST = join(process.cwd(), 'dist');

/** A server in a process of its own, so that it and what asks it each have a processor. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    /** From the start of `node` to the first answer. */
    readonly startedWithinMs: number,
  ) {}

  /** The built API. */
  static async startApi(databaseUrl: string): Promise<ServerProcess> {
    const port = await findFreePort();
    const started = performance.now();
    const child = fork(join(DIST, 'apps/api/src/main.js'), {
      execArgv: ['--import', new URL('watch-process.js', import.meta.url).href],
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', DATABASE_URL: databaseUrl, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const url = `http://127.0.0.1:${port}`;
    while (!(await isLive(url))) await sleep(5);
    return new ServerProcess(child, url, performance.now() - started);
  }

  /** A bare node:http server of what the API answers to the paths. */
  static async startBare(api: ServerProcess, paths: readonly string[]): Promise<ServerProcess> {
    const started = performance.now();
    const child = fork(join(DIST, 'bench/api/bare-server.js'), [api.url, ...paths]);
    const [port] = (await once(child, 'message')) as [number];
    return new ServerProcess(child, `http://127.0.0.1:${port}`, performance.now() - started);
  }

  /** What the API's process is like during the work. */
  async observe(work: () => Promise<void>): Promise<Observed> {
    await this.#tell('begin');
    await work();
    return (await this.#tell('end')) as Observed;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  async #tell(word: 'begin' | 'end'): Promise<unknown> {
    const told = once(this.child, 'message');
    this.child.send(word);
    return (await told)[0];
  }
}

async function isLive(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/live`)).ok;
  } catch {
    return false;
  }
}
