import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findFreePort } from './free-port.js';
import { canRun, findUnprivilegedIdentity, type Identity } from './identity.js';
import { findPostgresBinaries } from './postgres-binaries.js';
import { isAlive, listChildren } from './process-list.js';
import { ServerProcess, type ServerCommand } from './server-process.js';

const START_TIMEOUT_MS = 60_000;
const READY = 'database system is ready to accept connections';
/** Of the caller's environment (PGDATA, PGPORT, a locale) only a clock that tests were started with reaches the server. */
const { PATH, LD_PRELOAD, FAKETIME } = process.env;
const ENVIRONMENT = { PATH, LC_ALL: 'C', TZ: 'UTC', ...(FAKETIME && { LD_PRELOAD, FAKETIME }) };
const INITDB_OPTIONS = [
  '--username=postgres',
  '--auth=password',
  '--no-sync',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
];
const SETTINGS = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'timezone=UTC', 'log_timezone=UTC'];
/** Commits are still written before they are answered, so `kill` loses none; `synchronous_commit=off` would. */
const WITHOUT_FSYNC = ['fsync=off', 'full_page_writes=off'];

export interface PostgresOptions {
  /** Kept on stop, and used again by a later start. Absent: a temporary folder, removed on stop. */
  readonly dataDirectory?: string;
  /** False for tests: faster, and a power cut loses the data. A killed server loses nothing. Default true. */
  readonly fsync?: boolean;
  /** Called with each line of the server's log. */
  readonly onLog?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** Of database `postgres`, as the superuser: `postgres://postgres:<password>@127.0.0.1:<port>/postgres`. */
  readonly url: string;
  readonly port: number;
  /** Kills every process of the server at once, as a power cut does. `restart` recovers the data. */
  kill(): Promise<void>;
  /** Freezes every process of the server: connections are accepted, and nothing answers. */
  pause(): void;
  /** Undoes `pause`. */
  resume(): void;
  /** Shuts down, where it runs, and starts again on the same port and data. */
  restart(): Promise<void>;
  /** Ends the server, closing the connections that are open, and removes a temporary data directory. */
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL server on a free port of 127.0.0.1, as an ordinary user or as root (it then runs as user
 * `postgres` or `nobody`). Text sorts by code point, whatever the machine's locale. The server ends with this process,
 * even when this process is killed.
 *
 * @throws Error with the end of the server's log, when it does not start.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<EmbeddedPostgres> {
  const identity = await findUnprivilegedIdentity();
  const binaries = await findPostgresBinaries(identity);
  const temporaryFolder = options.dataDirectory === undefined ? await makeTemporaryFolder(identity) : undefined;
  const folder = temporaryFolder ?? resolve(options.dataDirectory!);
  const removeTemporaryFolder = async () => {
    if (temporaryFolder) await rm(temporaryFolder, { recursive: true, force: true });
  };
  try {
    const password = await initialise(binaries, folder, identity);
    const port = await findFreePort();
    const command: ServerCommand = {
      name: 'PostgreSQL',
      file: join(binaries, 'postgres'),
      args: [
        ...SETTINGS.flatMap((setting) => ['-c', setting]),
        ...(options.fsync === false ? WITHOUT_FSYNC.flatMap((setting) => ['-c', setting]) : []),
        '-D',
        join(folder, 'data'),
        '-p',
        String(port),
      ],
      cwd: folder,
      env: ENVIRONMENT,
      identity,
      temporaryFolder,
      onLog: options.onLog,
    };
    let server = await launch(command);
    // Stopped first, it starts no process that the list would miss.
    const stopAndListChildren = () => {
      sendSignal(server.pid, 'SIGSTOP');
      return listChildren(server.pid);
    };
    const resume = () => {
      for (const pid of [...listChildren(server.pid), server.pid]) sendSignal(pid, 'SIGCONT');
    };
    const shutDown = async () => {
      if (!server.isRunning) return;
      resume();
      await server.end('SIGINT');
    };
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      port,
      pause: () => {
        for (const pid of stopAndListChildren()) sendSignal(pid, 'SIGSTOP');
      },
      resume,
      kill: async () => {
        if (!server.isRunning) return;
        const children = stopAndListChildren();
        for (const pid of children) sendSignal(pid, 'SIGKILL');
        await server.end('SIGKILL');
        // A server refuses to start on data that a process of the last one still holds.
        while (children.some(isAlive)) await sleep(5);
      },
      restart: async () => {
        await shutDown();
        server = await launch(command);
      },
      stop: async () => {
        await shutDown();
        await removeTemporaryFolder();
      },
    };
  } catch (error) {
    await removeTemporaryFolder();
    throw error;
  }
}

/** Listens for the line itself: clients that were waiting may at once have more logged than is kept of it. */
async function launch(command: ServerCommand): Promise<ServerProcess> {
  let isReady = false;
  const onLog = (line: string) => {
    isReady ||= line.includes(READY);
    command.onLog?.(line);
  };
  const server = new ServerProcess({ ...command, onLog });
  await server.untilReady(() => isReady, START_TIMEOUT_MS);
  return server;
}

/** Makes the data directory, unless it is there from an earlier start; answers the superuser's password. */
async function initialise(binaries: string, folder: string, identity: Identity | undefined): Promise<string> {
  const passwordFile = join(folder, 'password');
  if (await exists(join(folder, 'data', 'PG_VERSION'))) return (await readFile(passwordFile, 'utf8')).trim();
  const password = randomBytes(12).toString('hex');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (identity) for (const path of [folder, passwordFile]) await chown(path, identity.uid, identity.gid);
  await promisify(execFile)(
    join(binaries, 'initdb'),
    ['-D', join(folder, 'data'), `--pwfile=${passwordFile}`, ...INITDB_OPTIONS],
    { cwd: folder, env: ENVIRONMENT, ...identity },
  );
  return password;
}

/** Where TMPDIR lies in a folder that only root may enter, the system's own temporary folders serve. */
async function makeTemporaryFolder(identity: Identity | undefined): Promise<string> {
  for (const parent of [tmpdir(), '/tmp', '/var/tmp']) {
    if (!(await canRun(identity, '/bin/sh', ['-c', 'cd "$1"', 'sh', parent]))) continue;
    return mkdtemp(join(parent, 'jupyterhub-cost-monitoring-postgres-'));
  }
  throw new Error('there is no temporary folder that the user whom PostgreSQL runs as may enter');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
