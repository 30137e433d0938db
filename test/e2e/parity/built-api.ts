import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { findFreePort } from '#libs/embedded';
import { clockVariables } from '../../support/clock-variables.js';

/** Made by `npm run build`. */
const BUILT_API = join(process.cwd(), 'dist', 'apps', 'api', 'src', 'main.js');

/** The built API as a process of its own, asked over HTTP. It knows of the database and of nothing else. */
export class BuiltApi {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  static async start(databaseUrl: string): Promise<BuiltApi> {
    const port = await findFreePort();
    const child = spawn(process.execPath, [BUILT_API], {
      env: { ...clockVariables(), PATH: process.env['PATH'], DATABASE_URL: databaseUrl, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    const exited = new Promise<never>((_, reject) => {
      child.once('close', () => reject(new Error(`the API ended: ${said}`)));
    });
    // Whoever starts the API waits for it below; later it is meant to end.
    exited.catch(() => undefined);
    const listening = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          said += text;
          if (said.includes('listening on port')) resolve();
        });
      }
    });
    await Promise.race([listening, exited]);
    return new BuiltApi(child, `http://127.0.0.1:${port}`);
  }

  /** The rows of a question that must succeed. */
  async rows<Row>(path: string): Promise<Row[]> {
    const response = await fetch(this.url + path);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Row[];
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('close', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }
}
