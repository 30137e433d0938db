import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Identity } from './identity.js';
import { guardAgainstOrphan, type OrphanGuard } from './orphan-guard.js';

const TAIL_LINES = 20;
const PROBE_INTERVAL_MS = 20;
/** A server that was asked to end, and has not after this long, is killed. */
const GRACE_MS = 10_000;

export interface ServerCommand {
  /** As error messages call it. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly identity?: Identity;
  /** Removed when this process dies without stopping the server. */
  readonly temporaryFolder?: string;
  readonly onLog?: (line: string) => void;
}

/**
 * A server as a child process, in a session of its own: Ctrl-C reaches only the parent, which stops its servers in the
 * right order.
 */
export class ServerProcess {
  private readonly child: ChildProcess;
  private readonly guard: OrphanGuard | undefined;
  private readonly tail: string[] = [];
  private readonly ended: Promise<void>;
  private running = true;

  constructor(private readonly command: ServerCommand) {
    this.child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: command.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...command.identity,
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) this.keepLines(stream);
    this.ended = new Promise((resolve) => {
      const end = (line?: string) => {
        if (line) this.keep(line);
        this.running = false;
        this.guard?.release();
        resolve();
      };
      this.child.once('close', () => end());
      this.child.once('error', (error) => end(error.message));
    });
    if (this.child.pid !== undefined) this.guard = guardAgainstOrphan(this.child.pid, command.temporaryFolder);
  }

  /** @throws Error when the process could not be started or has ended. */
  get pid(): number {
    if (this.child.pid === undefined || !this.running) throw new Error(`${this.command.name} is not running`);
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.running;
  }

  /**
   * Waits until `probe` says yes.
   *
   * @throws Error with the end of the server's log, when it ends first or takes too long; it has been killed by then.
   */
  async untilReady(probe: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (this.running && Date.now() < deadline) {
      if (await probe()) return;
      await sleep(PROBE_INTERVAL_MS);
    }
    const what = this.running ? `was not ready after ${timeoutMs / 1000} s` : 'ended while starting';
    await this.end('SIGKILL');
    throw new Error(`${this.command.name} ${what}:\n${this.tail.join('\n')}`);
  }

  /** Sends a signal that ends the server, and waits until it has ended; a server that does not end is killed. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    this.child.kill(signal);
    const killer = setTimeout(() => this.child.kill('SIGKILL'), GRACE_MS);
    await this.ended;
    clearTimeout(killer);
  }

  private keepLines(stream: NodeJS.ReadableStream): void {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.keep(line);
    });
    stream.on('end', () => rest && this.keep(rest));
  }

  private keep(line: string): void {
    this.tail.push(line);
    if (this.tail.length > TAIL_LINES) this.tail.shift();
    this.command.onLog?.(line);
  }
}
