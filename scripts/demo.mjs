// Installs on first use, builds, and runs the demo in this very process. With the `exec` of package.json npm's child is
// this process and no shell, so a signal that is sent to npm reaches the demo, and not only Ctrl-C on a terminal.
import { spawnSync } from 'node:child_process';

const steps = [
  ['scripts/install-once.mjs'],
  ['node_modules/@nestjs/cli/bin/nest.js', 'build'],
  ['node_modules/vite/bin/vite.js', 'build', '--config', 'apps/web/vite.config.ts', '--logLevel', 'warn'],
];
for (const step of steps) {
  const { status } = spawnSync(process.execPath, step, { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
await import('../dist/apps/demo/src/main.js');
