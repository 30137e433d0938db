import { execFileSync } from 'node:child_process';
import { arch, cpus, hostname, loadavg, platform, totalmem } from 'node:os';

/** What was measured, and on what: a figure without these two means nothing. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const memoryGib = (totalmem() / 1024 ** 3).toFixed(0);
  return [
    `machine ${hostname()}: ${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${memoryGib} GiB, ${platform()} ${arch()}`,
    `Node ${process.versions.node}, commit ${commit()}, load ${loadavg()[0]!.toFixed(1)} at ${new Date().toISOString()}`,
  ].join('\n');
}

/** Marked `+` when files differ from it. */
function commit(): string {
  try {
    const hash = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
    const changed = execFileSync('git', ['status', '--porcelain', '--untracked-files=no'], { encoding: 'utf8' });
    return changed === '' ? hash : `${hash}+`;
  } catch {
    return 'unknown';
  }
}
