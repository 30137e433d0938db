import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * The living child processes of a process. Read from /proc where there is one, since small containers have no `ps`.
 * Zombies are left out: they run nothing, and no signal removes them.
 */
export function listChildren(parent: number): number[] {
  const processes = existsSync('/proc/self/stat') ? readProc() : readPs();
  return processes.filter(({ ppid, state }) => ppid === parent && !state.startsWith('Z')).map(({ pid }) => pid);
}

/** Whether a process exists and is no zombie. */
export function isAlive(pid: number): boolean {
  const processes = existsSync('/proc/self/stat') ? readProc([String(pid)]) : readPs();
  return processes.some((candidate) => candidate.pid === pid && !candidate.state.startsWith('Z'));
}

interface ListedProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly state: string;
}

function readProc(pids: readonly string[] = readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
  return pids.flatMap((pid): ListedProcess[] => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The command's name, in brackets, may itself hold spaces and brackets.
      const [state = '', ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return [{ pid: Number(pid), ppid: Number(ppid), state }];
    } catch {
      return [];
    }
  });
}

function readPs(): ListedProcess[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,state='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [pid, ppid, state = ''] = line.trim().split(/\s+/);
    return { pid: Number(pid), ppid: Number(ppid), state };
  });
}
