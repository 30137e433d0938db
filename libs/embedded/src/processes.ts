import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

export const run = promisify(execFile);

/** The user that a child process runs as, in the form that `spawn` takes. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** Whether a command succeeds as this user; false, too, when they may not even reach its file. */
export function canRun(identity: Identity | undefined, file: string, args: string[]): Promise<boolean> {
  return run(file, args, { ...identity, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

interface ListedProcess {
  readonly pid: number;
  readonly ppid: number;
}

/** Every process but zombies, which run nothing and which no signal removes. */
export function listProcesses(): ListedProcess[] {
  return statLines().flatMap((line) => {
    const [, pid, state, ppid] = /^\s*(\d+) \(.*\) (\S)\S* +(\d+)/s.exec(line) ?? [];
    return pid === undefined || state === 'Z' ? [] : [{ pid: Number(pid), ppid: Number(ppid) }];
  });
}

/** From /proc where there is one: small containers have no `ps`. Both as `42 (name) S 1`. */
function statLines(): string[] {
  if (!existsSync('/proc/self/stat')) {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,state=,ppid='], { encoding: 'utf8' }).split('\n');
    return lines.map((line) => line.replace(/^(\s*\d+) /, '$1 () '));
  }
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return [readFileSync(`/proc/${name}/stat`, 'utf8')];
    } catch {
      return [];
    }
  });
}

/** Does nothing when there is no such process any more. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
