import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '#libs/embedded';

const DIST = join(process.cwd(), 'dist');

/** A server in a process of its own, so that it and its client each have a processor. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** The built API. */
  static async startApi(databaseUrl: string): Promise<ServerProcess> {
    const port = await findFreePort();
    const child = fork(join(DIST, 'apps/api/src/main.js'), {
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', DATABASE_URL: databaseUrl, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const url = `http://127.0.0.1:${port}`;
    while (!(await isLive(url))) {
      if (child.exitCode !== null) throw new Error(`the API ended with ${child.exitCode}`);
      await sleep(20);
    }
    return new ServerProcess(child, url);
  }

  /** A bare node:http server of what the API sends for the paths. */
  static async startBare(api: ServerProcess, paths: readonly string[]): Promise<ServerProcess> {
    const child = fork(join(DIST, 'bench/api/bare-server.js'), [api.url, ...paths]);
    const [port] = (await once(child, 'message')) as [number];
    return new ServerProcess(child, `http://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

async function isLive(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/live`)).ok;
  } catch {
    return false;
  }
}
