// Installs on first use, builds, and runs the demo in this very process: a signal that is sent to it, or to npm, which
// passes it on to its direct child alone, reaches the demo.
import { spawnSync } from 'node:child_process';

for (const step of [
  ['scripts/install-once.mjs'],
  ['scripts/clean.mjs'],
  ['node_modules/@nestjs/cli/bin/nest.js', 'build', '--all'],
]) {
  const { status } = spawnSync(process.execPath, step, { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
await import('../dist/apps/demo/src/main.js');
