import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * Waits for a line on its standard input. The end of input without one means that the parent died, however it died:
 * then the server is shut down and the folder removed.
 */
const SCRIPT = `
read -r line && exit 0
kill -CONT "$1"; kill -INT "$1"
tenths=0
while kill -0 "$1" && [ $tenths -lt 150 ]; do
  [ $tenths -eq 100 ] && kill -KILL "$1"
  tenths=$((tenths + 1)); sleep 0.1
done
[ -n "$2" ] && rm -rf -- "$2"
`;

export interface OrphanGuard {
  /** The server has been stopped in the ordinary way; nothing is left to guard. */
  release(): void;
}

/** Makes sure that a server does not outlive this process, not even when this process is killed with SIGKILL. */
export function guardAgainstOrphan(pid: number, temporaryFolder: string | undefined): OrphanGuard {
  const guard = spawn('/bin/sh', ['-c', SCRIPT, 'sh', String(pid), temporaryFolder ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    detached: true,
  });
  guard.unref();
  const input = guard.stdin as Socket;
  input.unref();
  guard.on('error', () => undefined);
  input.on('error', () => undefined);
  return { release: () => void input.end('released\n') };
}
