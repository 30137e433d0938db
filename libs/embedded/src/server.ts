import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Identity } from './processes.js';

const TAIL_LINES = 20;
const START_TIMEOUT_MS = 60_000;
/** A server that got the signal to end, and has not ended after this long, is killed. */
const GRACE_MS = 10_000;

export interface ServerCommand {
  /** As error messages call it. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly identity?: Identity;
  /** Where it runs; removed when this process dies without ending the server. */
  readonly folder: string;
  /** Part of the line that it logs once it takes connections. */
  readonly readyLine: string;
}

export interface Server {
  readonly pid: number;
  isRunning(): boolean;
  /** Sends a signal that ends the server, and waits until it has ended; a server that does not end is killed. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a server in a session of its own: Ctrl-C reaches only this process, which ends its servers in the right order.
 * The server ends with this process, even when this process is killed.
 *
 * @throws Error with the end of the server's log, when it ends first or is not ready after a minute.
 */
export async function startServer(command: ServerCommand): Promise<Server> {
  const { name, file, args, env, identity, folder, readyLine } = command;
  const child = spawn(file, args, {
    ...identity,
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const releaseGuard = child.pid === undefined ? () => undefined : guardAgainstOrphan(child.pid, folder);
  const tail: string[] = [];
  let isRunning = true;
  const ended = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => tail.push(message));
    child.once('close', () => {
      isRunning = false;
      releaseGuard();
      resolve('ended while starting');
    });
  });
  const ready = new Promise<undefined>((resolve) => {
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        tail.push(line);
        if (tail.length > TAIL_LINES) tail.shift();
        if (line.includes(readyLine)) resolve(undefined);
      });
    }
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const killer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    await ended;
    clearTimeout(killer);
  };
  const late = new Promise<string>((resolve) => {
    setTimeout(() => resolve('was not ready after a minute'), START_TIMEOUT_MS).unref();
  });
  const failure = await Promise.race([ready, ended, late]);
  if (failure !== undefined) {
    await end('SIGKILL');
    throw new Error(`${name} ${failure}:\n${tail.join('\n')}`);
  }
  return { pid: child.pid!, isRunning: () => isRunning, end };
}

/**
 * Waits for a line on its standard input. The end of input without one means that the parent died, however it died:
 * then the server is shut down and the folder removed.
 */
const GUARD = `
read -r line && exit 0
kill -CONT "$1"; kill -INT "$1"
tenths=0
while kill -0 "$1" && [ $tenths -lt 150 ]; do
  [ $tenths -eq 100 ] && kill -KILL "$1"
  tenths=$((tenths + 1)); sleep 0.1
done
rm -rf -- "$2"
`;

/** Returns how to end the guard, once the server has been ended in the ordinary way. */
function guardAgainstOrphan(pid: number, folder: string): () => void {
  const guard = spawn('/bin/sh', ['-c', GUARD, 'sh', String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    detached: true,
  });
  guard.unref();
  const input = guard.stdin as Socket;
  input.unref();
  guard.on('error', () => undefined);
  input.on('error', () => undefined);
  return () => void input.end('released\n');
}
