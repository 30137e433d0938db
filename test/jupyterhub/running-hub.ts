import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '#libs/embedded';

const START_MS = 90_000;
const FOLDER = join(process.cwd(), '.cache', 'jupyterhub');

/** A real JupyterHub behind its proxy, with the built API as a service that it runs. */
export class RunningHub {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    /** Of the Hub; the service is at `services/costs/` of it. */
    readonly url: string,
    readonly password: string,
    private readonly adminToken: string,
  ) {}

  static async start(databaseUrl: string, sessionKey: string): Promise<RunningHub> {
    const folder = mkdtempSync(join(tmpdir(), 'jupyterhub-'));
    const [port, hubPort, proxyPort, apiPort] = await Promise.all(Array.from({ length: 4 }, findFreePort));
    const [password, adminToken] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];
    const hubsFile = join(folder, 'hubs.json');
    writeFileSync(hubsFile, JSON.stringify([{ hub: 'prod', clusterAdmins: ['ann'] }]), { mode: 0o600 });
    const url = `http://127.0.0.1:${port}/`;
    const settings = {
      url,
      hubPort,
      password,
      adminToken,
      folder,
      apiUrl: `http://127.0.0.1:${apiPort}`,
      proxyApi: `http://127.0.0.1:${proxyPort}`,
      proxy: [process.execPath, join(FOLDER, 'node_modules/configurable-http-proxy/bin/configurable-http-proxy')],
      command: [process.execPath, join(process.cwd(), 'dist/apps/api/src/main.js')],
      environment: {
        DATABASE_URL: databaseUrl,
        CLUSTER_NAME: 'alpha',
        HUBS_FILE: hubsFile,
        SESSION_KEY: sessionKey,
        PORT: String(apiPort),
        HOST: '127.0.0.1',
      },
    };
    const config = join(process.cwd(), 'test/jupyterhub/jupyterhub_config.py');
    const child = spawn(join(FOLDER, 'venv/bin/jupyterhub'), ['-f', config], {
      cwd: folder,
      env: { PATH: process.env['PATH'], TEST_SETTINGS: JSON.stringify(settings) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    const hub = new RunningHub(child, folder, url, password, adminToken);
    const deadline = Date.now() + START_MS;
    while (!(await hub.#answers())) {
      if (Date.now() > deadline || child.exitCode !== null) {
        await hub.stop();
        throw new Error(`JupyterHub did not start:\n${output}`);
      }
      await sleep(300);
    }
    return hub;
  }

  /** Deletes a user, as an admin does. */
  async remove(name: string): Promise<void> {
    const response = await fetch(`${this.url}hub/api/users/${name}`, {
      method: 'DELETE',
      headers: { authorization: `token ${this.adminToken}` },
    });
    if (response.status !== 204) throw new Error(`deleting ${name}: ${response.status} ${await response.text()}`);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      this.process.kill('SIGTERM');
      await Promise.race([new Promise((resolve) => this.process.once('exit', resolve)), sleep(15_000)]);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    return fetch(`${this.url}services/costs/live`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
