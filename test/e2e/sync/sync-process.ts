import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { clockVariables } from '../../support/clock-variables.js';

type Variables = Readonly<Record<string, string>>;

/** How a sync ended and what it said. */
export interface SyncExit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A sync that was started. */
export interface RunningSync {
  readonly ended: Promise<SyncExit>;
  /** Resolves once it has said so, on either stream. @throws when it ends before. */
  untilItSays(pattern: RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

/** Made by `npm run build`. */
const BUILT_SYNC = join(process.cwd(), 'dist', 'apps', 'sync', 'src');

const running = new Set<ChildProcess>();

/** Starts the built sync with nothing in its environment but PATH, AWS credentials that nobody checks and `variables`. */
export function startSync(args: readonly string[], variables: Variables): RunningSync {
  return start('main.js', args, variables);
}

/** Starts the built sync and waits for its end. */
export function runSync(args: readonly string[], variables: Variables): Promise<SyncExit> {
  return startSync(args, variables).ended;
}

/** Runs what `npm run migrate` runs. */
export function runMigrate(variables: Variables, args: readonly string[] = []): Promise<SyncExit> {
  return start('migrate.js', args, variables).ended;
}

function start(script: string, args: readonly string[], variables: Variables): RunningSync {
  const child = spawn(process.execPath, [join(BUILT_SYNC, script), ...args], {
    env: {
      ...clockVariables(),
      PATH: process.env['PATH'],
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const said = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<SyncExit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      running.delete(child);
      resolve({ code, ...said });
    });
  });
  return {
    ended,
    untilItSays: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!pattern.test(said.stdout + said.stderr)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
        void ended.then(() => reject(new Error(`ended without saying ${pattern}: ${said.stdout}${said.stderr}`)));
      }),
    signal: (name) => child.kill(name),
  };
}

/** Ends what a failed test left running. */
export function killLeftSyncs(): void {
  for (const child of running) child.kill('SIGKILL');
}
