import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { clockVariables } from '../../support/clock-variables.js';

/** Made by `npm run build`. */
const BUILT_API = join(process.cwd(), 'dist', 'apps', 'api', 'src', 'main.js');

/** The built API as a process of its own, on one port, that may be ended and started again. */
export class ApiProcess {
  /** All that it ever said, on either stream. */
  said = '';
  #child: ChildProcess | undefined;
  #ended: Promise<number | null> = Promise.resolve(null);

  /** @param variables the environment, beside PATH. */
  constructor(
    readonly port: number,
    private readonly variables: Readonly<Record<string, string>>,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** @throws Error with all that it said, when it ends instead of listening. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [BUILT_API], {
      env: { ...clockVariables(), PATH: process.env['PATH'], PORT: String(this.port), ...this.variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#ended = new Promise((resolve) => child.once('close', resolve));
    let saidNow = '';
    const listening = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          this.said += text;
          saidNow += text;
          if (saidNow.includes('listening on port')) resolve();
        });
      }
    });
    const failed = this.#ended.then(() => {
      throw new Error(`the API ended: ${saidNow}`);
    });
    // Later it is meant to end.
    failed.catch(() => undefined);
    await Promise.race([listening, failed]);
  }

  /** @returns its exit status; null when the signal ended it, or it did not run. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child?.kill(signal);
    return this.#ended;
  }
}
